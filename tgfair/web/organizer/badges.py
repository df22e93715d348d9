"""Issue, print, revoke badges."""

from __future__ import annotations
