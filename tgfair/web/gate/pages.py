"""The shell of the gate app."""

from __future__ import annotations
