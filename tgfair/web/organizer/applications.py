"""The review board and one application."""

from __future__ import annotations
