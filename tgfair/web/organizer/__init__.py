"""Pages of one audience; importing the modules registers their routes."""

from tgfair.web.organizer import (
    allocation,
    applications,
    badges,
    codes,
    exhibitors,
    fairs,
    gates,
    home,
    imports,
    invitations,
    jobs,
    messages,
    on_behalf,
    slots,
    users,
)
from tgfair.web.organizer.blueprint import bp

__all__ = [
    "allocation",
    "applications",
    "badges",
    "bp",
    "codes",
    "exhibitors",
    "fairs",
    "gates",
    "home",
    "imports",
    "invitations",
    "jobs",
    "messages",
    "on_behalf",
    "slots",
    "users",
]
