"""The outbox: proposals, failures, call list."""

from __future__ import annotations
