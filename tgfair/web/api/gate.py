"""The gate phones' API."""

from __future__ import annotations
