"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.account import (
    contact,
    me,
    sign_in,
    staff,
)
from tgfair.web.account.blueprint import bp

__all__ = [
    "bp",
    "contact",
    "me",
    "sign_in",
    "staff",
]
