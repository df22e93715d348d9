"""Personal data end: names on badges, what names people in the gate log, contacts.

How long each is kept stands in `core.retention` and in the settings. Decisions, the register and
the audit trail stay. What is gone is known by its value, so nothing notes how far a sweep came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from flask import current_app
from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.core.application.steps import Step
from tgfair.core.calendar_text import VIETNAM
from tgfair.core.retention import NAME_GONE, TEXT_GONE
from tgfair.models.application import Application, ApplicationPerson
from tgfair.models.badge import Badge
from tgfair.models.base import Base
from tgfair.models.bulletin import Bulletin, BulletinAnswer
from tgfair.models.delivery import Bounce, DeliveryEvent
from tgfair.models.fair import Fair
from tgfair.models.gate import GateDevice, Inspection, Scan
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.job import Job
from tgfair.models.outbox import Message, MessageState
from tgfair.models.slot import SlotBooking, SlotWaiting
from tgfair.policy import SYSTEM
from tgfair.services import badge_print_jobs
from tgfair.services.audit import record
from tgfair.services.badge_rows import forget_holder
from tgfair.services.badges import AUTOMATIC
from tgfair.services.file_ends import let_go
from tgfair.services.spent_keys import end_spent_keys
from tgfair.services.uow import reader, transaction

AT_A_TIME: Final = 500
Due = Select[int]
Ids = Sequence[int]


@dataclass(frozen=True)
class LastDays:
    """The days before which a fair must have ended for each sort of data to go."""

    badges: date
    gates: date
    contacts: date


@dataclass(frozen=True)
class Sort:
    """One sort of rows: which of them are due, by event, and what is taken out of them."""

    action: str
    what: type[Base]
    due: Callable[[LastDays], Due]
    forget: Callable[[Session, Ids, datetime], None]
    event: type[Fair | Bulletin] = Fair


def end_personal_data(now: datetime) -> int:
    """Take the next piece of every sort out of fairs long over; return how many rows changed.

    Call again until it is 0: a piece is one transaction, over rows of one event. Mails about no
    fair go by their own age; codes, sessions and keys of forms once they are over.
    """
    config: Config = current_app.config["TGFAIR"]
    kept, today = config.retention, day_in_vietnam(now)
    last = LastDays(
        kept.badges_before(today), kept.gates_before(today), kept.contacts_before(today)
    )
    ended = sum(_end_piece(sort, sort.due(last), now) for sort in SORTS)
    return ended + _end_messages_of_no_fair(last, now) + end_spent_keys()


def _end_piece(sort: Sort, due: Due, now: datetime) -> int:
    event_id = reader().scalar(due.with_only_columns(sort.event.id).limit(1))
    reader().rollback()
    if event_id is None:
        return 0
    with transaction() as session:
        piece = due.where(sort.event.id == event_id).limit(AT_A_TIME)
        ids = session.scalars(piece.with_for_update(of=sort.what)).all()
        if ids:
            sort.forget(session, ids, now)
            fair_id = event_id if sort.event is Fair else None
            facts = {"what": sort.what.__tablename__, "count": len(ids)}
            event = session.get_one(sort.event, event_id)
            record(session, SYSTEM, sort.action, event, now=now, fair_id=fair_id, **facts)
        return len(ids)


def _over(fair: Any, before: date) -> ColumnElement[bool]:
    """Return whether a fair is over so long; one put off has no last day yet."""
    return and_(fair.last_day < before, fair.put_off_at.is_(None))


def _gone_since(
    exhibitor_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], before: date
) -> ColumnElement[bool]:
    """Return whether the exhibitor has taken part in no fair that ended later."""
    fair, application, invitation = aliased(Fair), aliased(Application), aliased(Invitation)
    applied = select(application.id).join(fair, fair.id == application.fair_id)
    came = select(invitation.id).join(fair, fair.id == invitation.fair_id)
    return ~or_(
        applied.where(application.exhibitor_id == exhibitor_id, ~_over(fair, before)).exists(),
        came.where(
            invitation.exhibitor_id == exhibitor_id,
            invitation.rsvp.in_((Rsvp.YES, Rsvp.ATTEND_ONLY)),
            ~_over(fair, before),
        ).exists(),
    )


def _badges(last: LastDays) -> Due:
    named = Badge.holder_name.not_in(("", NAME_GONE))
    told = Badge.revoke_reason.not_in((*AUTOMATIC, TEXT_GONE))
    return select(Badge.id).join(Fair).where(_over(Fair, last.badges), or_(named, told))


def _forget_holders(session: Session, ids: Ids, _now: datetime) -> None:
    for badge in session.scalars(select(Badge).where(Badge.id.in_(ids))):
        forget_holder(badge)
        if badge.revoke_reason not in {None, *AUTOMATIC}:
            badge.revoke_reason = TEXT_GONE


def _people(last: LastDays) -> Due:
    named = or_(ApplicationPerson.name != NAME_GONE, ApplicationPerson.phone.is_not(None))
    people = select(ApplicationPerson.id).join(
        Application, Application.id == ApplicationPerson.application_id
    )
    return people.join(Fair, Fair.id == Application.fair_id).where(_over(Fair, last.badges), named)


def _forget_people(session: Session, ids: Ids, _now: datetime) -> None:
    _set(session, ApplicationPerson, ApplicationPerson.id.in_(ids), name=NAME_GONE, phone=None)


def _typed_people(last: LastDays) -> Due:
    typed = Application.answers[Step.PEOPLE.value].as_string().is_not(None)
    return select(Application.id).join(Fair).where(_over(Fair, last.badges), typed)


def _forget_typed_people(session: Session, ids: Ids, _now: datetime) -> None:
    for row in session.scalars(select(Application).where(Application.id.in_(ids))):
        row.answers = {key: kept for key, kept in row.answers.items() if key != Step.PEOPLE}


def _printed_badges(last: LastDays) -> Due:
    """Return the jobs whose PDF holds badges with names and portraits."""
    kept = Job.result["sha256"].as_string().is_not(None)
    drawn = select(Job.id).join(Fair, Fair.id == Job.fair_id)
    return drawn.where(_over(Fair, last.badges), Job.kind == badge_print_jobs.KIND, kept)


def _forget_printed(session: Session, ids: Ids, now: datetime) -> None:
    for job in session.scalars(select(Job).where(Job.id.in_(ids))).all():
        let_go(session, (job.result or {}).get("sha256"), now=now, fair_id=job.fair_id)
        job.result = {"text": "Tệp in thẻ đã xóa theo hạn lưu."}


def _scans(last: LastDays) -> Due:
    told = Scan.override_reason.is_not(None)
    scans = select(Scan.id).join(Fair, Fair.id == Scan.fair_id)
    return scans.where(_over(Fair, last.gates), told)


def _forget_reasons(session: Session, ids: Ids, _now: datetime) -> None:
    _set(session, Scan, Scan.id.in_(ids), override_reason=None)


def _devices(last: LastDays) -> Due:
    devices = select(GateDevice.id).join(Fair, Fair.id == GateDevice.fair_id)
    return devices.where(_over(Fair, last.gates), GateDevice.name != NAME_GONE)


def _forget_device_names(session: Session, ids: Ids, _now: datetime) -> None:
    _set(session, GateDevice, GateDevice.id.in_(ids), name=NAME_GONE)


def _inspections(last: LastDays) -> Due:
    looks = select(Inspection.id).join(Fair, Fair.id == Inspection.fair_id)
    return looks.where(_over(Fair, last.gates), Inspection.note != "")


def _forget_notes(session: Session, ids: Ids, _now: datetime) -> None:
    _set(session, Inspection, Inspection.id.in_(ids), note="")


def _contacts(last: LastDays) -> Due:
    one = Application
    kept = or_(
        one.contact_name.is_not(None),
        one.contact_phone.is_not(None),
        one.contact_email.is_not(None),
        cast(one.answers, Text) != "{}",
    )
    since = _gone_since(one.exhibitor_id, last.contacts)
    return select(one.id).join(Fair).where(_over(Fair, last.contacts), kept, since)


def _forget_contacts(session: Session, ids: Ids, _now: datetime) -> None:
    """Empty the contact and what was typed; the columns that the decision went by stay."""
    gone: dict[str, Any] = dict.fromkeys(("contact_name", "contact_phone", "contact_email"))
    version = Application.version + 1
    _set(session, Application, Application.id.in_(ids), **gone, answers={}, version=version)
    _set(session, SlotBooking, SlotBooking.application_id.in_(ids), plate=None, note=None)
    _set(session, SlotWaiting, SlotWaiting.application_id.in_(ids), plate=None)


def _guests(last: LastDays) -> Due:
    """Return the answers to invitations that came with a few words."""
    noted = Invitation.rsvp_note.is_not(None)
    since = _gone_since(Invitation.exhibitor_id, last.contacts)
    return select(Invitation.id).join(Fair).where(_over(Fair, last.contacts), noted, since)


def _forget_words(session: Session, ids: Ids, _now: datetime) -> None:
    _set(session, Invitation, Invitation.id.in_(ids), rsvp_note=None)


def _answers(last: LastDays) -> Due:
    """Return who was named for classes, meetings and fairs elsewhere."""
    one = BulletinAnswer
    named = or_(one.person != NAME_GONE, one.phone.is_not(None), one.note.is_not(None))
    since = _gone_since(one.exhibitor_id, last.contacts)
    return select(one.id).join(Bulletin).where(Bulletin.last_day < last.contacts, named, since)


def _forget_answers(session: Session, ids: Ids, _now: datetime) -> None:
    gone: dict[str, Any] = {"person": NAME_GONE, "phone": None, "note": None}
    _set(session, BulletinAnswer, BulletinAnswer.id.in_(ids), **gone)


def _addressed(last: LastDays) -> ColumnElement[bool]:
    named = or_(
        Message.recipient_name != NAME_GONE,
        Message.email.is_not(None),
        Message.phone.is_not(None),
    )
    since = _gone_since(Message.exhibitor_id, last.contacts)
    return and_(named, since, Message.state != MessageState.LEASED)


def _messages(last: LastDays) -> Due:
    messages = select(Message.id).join(Fair, Fair.id == Message.fair_id)
    return messages.where(_over(Fair, last.contacts), _addressed(last))


def _end_messages_of_no_fair(last: LastDays, now: datetime) -> int:
    """Take names and addresses out of sign-in mails, news and the like that are so old."""
    before = datetime.combine(last.contacts, time(), VIETNAM)
    old = Message.fair_id.is_(None), Message.created_at < before, _addressed(last)
    piece = select(Message.id).where(*old).limit(AT_A_TIME)
    first = reader().scalar(piece.limit(1))
    reader().rollback()
    if first is None:
        return 0
    with transaction() as session:
        ids = session.scalars(piece.with_for_update(of=Message)).all()
        _forget_addresses(session, ids, now)
        return len(ids)


def _forget_addresses(session: Session, ids: Ids, _now: datetime) -> None:
    """Leave that something was told, when and how; what was never sent no longer can be."""
    waiting = Message.state.in_((MessageState.PROPOSED, MessageState.QUEUED, MessageState.FAILED))
    _set(session, Message, and_(Message.id.in_(ids), waiting), state=MessageState.CANCELLED)
    _set(session, Message, Message.id.in_(ids), recipient_name=NAME_GONE, email=None, phone=None)
    _set(session, Bounce, Bounce.message_id.in_(ids), address="", diagnostic="")
    _set(session, DeliveryEvent, DeliveryEvent.message_id.in_(ids), text="")


def _set(session: Session, model: type[Base], which: ColumnElement[bool], **values: Any) -> None:
    session.execute(
        update(model).where(which).values(**values).execution_options(synchronize_session=False)
    )


SORTS: Final = (
    Sort("fair.names_ended", Badge, _badges, _forget_holders),
    Sort("fair.names_ended", ApplicationPerson, _people, _forget_people),
    Sort("fair.names_ended", Application, _typed_people, _forget_typed_people),
    Sort("fair.names_ended", Job, _printed_badges, _forget_printed),
    Sort("fair.gate_log_ended", Scan, _scans, _forget_reasons),
    Sort("fair.gate_log_ended", GateDevice, _devices, _forget_device_names),
    Sort("fair.gate_log_ended", Inspection, _inspections, _forget_notes),
    Sort("fair.contacts_ended", Application, _contacts, _forget_contacts),
    Sort("fair.contacts_ended", Invitation, _guests, _forget_words),
    Sort("bulletin.contacts_ended", BulletinAnswer, _answers, _forget_answers, Bulletin),
    Sort("fair.contacts_ended", Message, _messages, _forget_addresses),
)
