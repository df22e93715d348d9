"""Gates, pairing, live counts."""

from __future__ import annotations
