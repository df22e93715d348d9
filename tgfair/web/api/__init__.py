"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.api import (
    gate,
    health,
)
from tgfair.web.api.blueprint import bp

__all__ = [
    "bp",
    "gate",
    "health",
]
