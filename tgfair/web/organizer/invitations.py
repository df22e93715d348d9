"""Invite, letters, call list, reminders."""

from __future__ import annotations
