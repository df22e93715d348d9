"""Health of the installation."""

from __future__ import annotations
