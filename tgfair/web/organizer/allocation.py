"""Assign booths by hand and publish."""

from __future__ import annotations
