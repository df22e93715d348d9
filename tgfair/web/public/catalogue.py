"""Find a booth or a product; the plan."""

from __future__ import annotations
