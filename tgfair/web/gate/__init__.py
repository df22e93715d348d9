"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.gate import (
    pages,
)
from tgfair.web.gate.blueprint import bp

__all__ = [
    "bp",
    "pages",
]
