"""The personal link: is this you, start, RSVP."""

from __future__ import annotations
