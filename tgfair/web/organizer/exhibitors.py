"""The directory of exhibitors and merge proposals."""

from __future__ import annotations
