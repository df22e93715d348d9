"""My booth: accept it, name people, badges, slots."""

from __future__ import annotations
