"""Invitation letters of a fair as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tgfair.core.errors import InvalidError
from tgfair.documents.letters import InvitationLetter, invitation_letters
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.invitations import mark_letters_printed
from tgfair.services.letter_texts import invitation_text, letterhead_of, signer_of
from tgfair.services.queries.invitations import letters_to_print

MOST_LETTERS = 2000


def make_letters(actor: Actor, fair: Fair, ids: Sequence[int], *, now: datetime) -> bytes:
    """Return the letters of these invitations as one PDF, commune by commune.

    Raises:
        InvalidError: none is left to print, or too many at once.
    """
    require(actor, Action.INVITE, fair)
    rows = letters_to_print(actor, fair, ids)
    if not rows:
        raise InvalidError("Chưa chọn giấy mời nào để in.")
    if len(rows) > MOST_LETTERS:
        raise InvalidError(f"Mỗi lần in nhiều nhất {MOST_LETTERS} giấy mời. Hãy lọc theo xã.")
    letters = [InvitationLetter(name, address, link) for _, name, address, link in rows]
    pdf = invitation_letters(
        letters,
        letterhead=letterhead_of(fair),
        signer=signer_of(fair),
        text=invitation_text(fair, now),
    )
    mark_letters_printed(actor, fair.id, [row[0] for row in rows], now=now)
    return pdf
