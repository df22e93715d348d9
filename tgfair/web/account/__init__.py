"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.account import (
    me,
    sign_in,
)
from tgfair.web.account.blueprint import bp

__all__ = [
    "bp",
    "me",
    "sign_in",
]
