"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.exhibitor import (
    badges,
    booth,
    bulletin,
    delegates,
    draw,
    files,
    inbox,
    invitation,
    picking,
    registration,
    rsvp,
    sending,
    slots,
    status,
    steps,
)
from tgfair.web.exhibitor.blueprint import bp

__all__ = [
    "badges",
    "booth",
    "bp",
    "bulletin",
    "delegates",
    "draw",
    "files",
    "inbox",
    "invitation",
    "picking",
    "registration",
    "rsvp",
    "sending",
    "slots",
    "status",
    "steps",
]
