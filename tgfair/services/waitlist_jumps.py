"""Past the order of a waiting list: only with a reason, and everybody can read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.waitlist import WaitlistEntry, WaitlistJump
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.places import lock_places
from tgfair.services.publications import latest_publication
from tgfair.services.uow import find, transaction
from tgfair.services.waitlist_rounds import entries_in_order, suited_in_line

MAX_REASON = 300


def move_in_line(
    actor: Actor, fair_id: int, code: str, *, to_place: int, reason: str, now: datetime
) -> tuple[int, int]:
    """Move an entry to another place, with a reason shown to everybody; return both places.

    Raises:
        InvalidError: no reason, or no such place.
        NotFoundError: it does not wait at this fair.
        OwnSubjectError: it is a subject of one's own.
    """
    words = check_text(reason, field="reason")[:MAX_REASON]
    if not words:
        raise InvalidError(
            "Hãy ghi lý do đổi thứ tự: lý do được công khai cho mọi cơ sở.", field="reason"
        )
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        order = list(entries_in_order(session, fair.id))
        entry = next((one for one in order if one.application.code == code), None)
        if entry is None:
            raise NotFoundError
        require(actor, Action.ASSIGN_BOOTHS, entry.application)
        before = _reorder(order, entry, to_place)
        jump = WaitlistJump(from_place=before, to_place=to_place, reason=words)
        _note(session, actor, entry.application, jump, now=now)
        return before, to_place


def _reorder(order: list[WaitlistEntry], entry: WaitlistEntry, to_place: int) -> int:
    """Put an entry at another place, and return where it stood."""
    before = order.index(entry) + 1
    if not 1 <= to_place <= len(order) or to_place == before:
        raise InvalidError(f"Hãy ghi một vị trí khác, từ 1 đến {len(order)}.", field="place")
    order.remove(entry)
    order.insert(to_place - 1, entry)
    for rank, one in enumerate(order, 1):
        one.rank = rank
    return before


def note_overtaking(
    session: Session,
    actor: Actor,
    booth: Booth,
    application: Application,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Note a booth given by hand past those in line whom it suits; the list has to be served.

    Before the first publication, and while free booths are not offered, the organisers place whom
    they approved, and the list waits for what is left.

    Raises:
        InvalidError: somebody is overtaken and no reason was given.
    """
    fair = booth.zone.fair
    if not fair.offers_on and latest_publication(session, fair.id) is None:
        return
    order = [entry.application_id for entry in entries_in_order(session, fair.id)]
    place = order.index(application.id) + 1 if application.id in order else None
    ahead = {*order[: place - 1]} if place else {*order}
    overtaken = [one for one in suited_in_line(session, booth) if one.application_id in ahead]
    if not overtaken:
        return
    words = check_text(reason or "", field="reason")[:MAX_REASON]
    if not words:
        raise InvalidError(
            f"Gian {booth.label} hợp với hồ sơ {overtaken[0].application.code} đang chờ trước. "
            "Muốn xếp vẫn được, hãy ghi lý do: lý do được công khai cho mọi cơ sở.",
            field="reason",
        )
    jump = WaitlistJump(from_place=place, booth=booth.label, reason=words)
    _note(session, actor, application, jump, now=now)


def _note(
    session: Session, actor: Actor, application: Application, jump: WaitlistJump, *, now: datetime
) -> None:
    jump.application_id, jump.fair_id = application.id, application.fair_id
    jump.at, jump.actor_id = now, actor.user_id
    session.add(jump)
    record(
        session,
        actor,
        "waitlist.moved",
        application,
        now=now,
        before=jump.from_place,
        after=jump.to_place,
        booth=jump.booth,
        reason=jump.reason,
    )
