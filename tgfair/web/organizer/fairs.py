"""Create and edit fairs; zones, plan, timetable."""

from __future__ import annotations
