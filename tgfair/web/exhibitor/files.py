"""Photos and papers: upload, show, delete."""

from __future__ import annotations
