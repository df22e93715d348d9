"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.demo import (
    mailbox,
)
from tgfair.web.demo.blueprint import bp

__all__ = [
    "bp",
    "mailbox",
]
