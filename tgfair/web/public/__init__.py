"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.public import (
    badge,
    booth_rules,
    bulletin,
    catalogue,
    draws,
    home,
    stopping,
    waitlist,
)
from tgfair.web.public.blueprint import bp

__all__ = [
    "badge",
    "booth_rules",
    "bp",
    "bulletin",
    "catalogue",
    "draws",
    "home",
    "stopping",
    "waitlist",
]
