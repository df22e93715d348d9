"""An application's own page: timeline, tasks, withdraw."""

from __future__ import annotations
