"""Time windows of a fair."""

from __future__ import annotations
