"""The blueprint of this audience; its pages register on it in their own modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("gate", __name__)
