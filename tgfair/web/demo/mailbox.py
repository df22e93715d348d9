"""The demo mailbox: what would have been sent."""

from __future__ import annotations
