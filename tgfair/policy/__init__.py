"""Who may do what (design.md, section 7 and "Who may").

Services call `require` on the freshly loaded row inside the transaction; templates ask `can`; lists
are filtered by `visible_to`, so that a foreign object is simply not found.
"""

from __future__ import annotations

from tgfair.policy.actors import ANONYMOUS, SYSTEM, Actor, Grant
from tgfair.policy.table import RULES, Action, can, require
from tgfair.policy.visibility import visible_to

__all__ = [
    "ANONYMOUS",
    "RULES",
    "SYSTEM",
    "Action",
    "Actor",
    "Grant",
    "can",
    "require",
    "visible_to",
]
