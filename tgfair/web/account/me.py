"""My account: sessions, contact, members."""

from __future__ import annotations
