"""The front page and the pages of a fair."""

from __future__ import annotations
