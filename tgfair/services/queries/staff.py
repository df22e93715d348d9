"""Small reads of every page's frame."""

from __future__ import annotations

from tgfair.services.hotline import hotline

__all__ = ["hotline"]
