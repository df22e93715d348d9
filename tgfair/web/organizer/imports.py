"""Import of the register: upload, mapping, preview, apply."""

from __future__ import annotations
