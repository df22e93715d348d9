"""Sign in by link, code, telephone, or password and TOTP; sign out."""

from __future__ import annotations
