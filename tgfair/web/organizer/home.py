"""Today's work, jobs, the demo clock."""

from __future__ import annotations
