"""What is written about a booth beside its drawing."""

from __future__ import annotations

from datetime import datetime

from tgfair.core.vietnamese import check_text
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.uow import check_seen, find, reader, transaction


def booth_of(actor: Actor, fair_id: int, label: str) -> Booth:
    """Return a booth of a fair by its label.

    Raises:
        NotFoundError: there is none.
    """
    fair = find(reader(), Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.VIEW_FAIR, fair)
    return find(reader(), Booth, Booth.fair_id == fair.id, Booth.label == label)


def edit_booth(
    actor: Actor,
    fair_id: int,
    label: str,
    *,
    funding: str,
    note: str,
    seen_version: int,
    now: datetime,
) -> None:
    """Write who pays for a booth and a note.

    Raises:
        ConflictError: somebody else changed the booth since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        booth = find(session, Booth, Booth.fair_id == fair.id, Booth.label == label)
        check_seen(booth, seen_version)
        booth.funding = check_text(funding, field="funding")[:24] or None
        booth.note = check_text(note, field="note")[:300] or None
        record(session, actor, "booth.edited", booth, now=now, booth=label)
