"""Commands that people type: `tgfair --help`."""

from __future__ import annotations

from tgfair.cli.main import main

__all__ = ["main"]
