"""What the pages of picking and of the waiting list show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.waitlist import Offer, OfferState, WaitlistEntry, WaitlistJump, WaitState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.holds import Hold, why_not_pick
from tgfair.services.places import is_over
from tgfair.services.queries.fairs import newest_plan
from tgfair.services.suiting import reasons_against
from tgfair.services.taken_places import open_booths
from tgfair.services.uow import find, reader
from tgfair.services.waiting import open_offer, standing
from tgfair.services.waitlist_rounds import entries_in_order, kept_for_line, next_round
from tgfair.services.waitlists import MAY_WAIT, place_in_line


@dataclass(frozen=True)
class Spot:
    """A booth on the plan: free to pick, or why not in words."""

    label: str
    taken: bool
    against: str

    @property
    def open(self) -> bool:
        """Whether it may be picked."""
        return not self.taken and not self.against


@dataclass(frozen=True)
class PickPage:
    """Free booths that suit, the booth held, the place in line and the offer.

    `drawing` and its `spots` while booths may be picked and the fair has a plan.
    """

    application: Application
    refusal: str
    booths: Sequence[Booth]
    hold: Hold | None
    place: int | None
    lacks: bool
    offered: Sequence[str]
    until: datetime | None
    drawing: Plan | None
    spots: Sequence[Spot]


@dataclass(frozen=True)
class Line:
    """An entry of the list, with its open offer or the reason why there is none."""

    place: int
    entry: WaitlistEntry
    until: datetime | None
    why_not: str


@dataclass(frozen=True)
class Turn:
    """What the own page of an application calls to: the booths offered, the one held.

    `waited`: it is, or was, on the waiting list, and got no booth by it.
    """

    offer: Hold | None
    hold: Hold | None
    may_pick: bool
    waited: bool


def pick_page(actor: Actor, code: str, *, with_plan: bool = True, now: datetime) -> PickPage:
    """Return what a producer may pick at this moment; the plan costs more than all the rest.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = find(
        session, Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.PICK_BOOTH, application)
    refusal = why_not_pick(session, application, now=now)
    free = [] if refusal else open_booths(session, application.fair_id, now=now)
    against = _against(session, application, free)
    offer = open_offer(session, application.id)
    labels = (
        select(Booth.label)
        .join(Assignment)
        .where(Assignment.offer_id == (offer.id if offer else 0))
        .order_by(Booth.label)
    )
    return PickPage(
        application=application,
        refusal=refusal,
        booths=[booth for booth in free if not against[booth.id]],
        hold=_hold(session, application, now=now),
        place=place_in_line(actor, code),
        lacks=application.state in MAY_WAIT
        and standing(session, application.id) < application.booths_wanted,
        offered=session.scalars(labels).all(),
        until=offer.until if offer else None,
        drawing=_drawing(application) if free and with_plan else None,
        spots=_spots(session, application, against) if with_plan else (),
    )


def _hold(session: Session, application: Application, *, now: datetime) -> Hold | None:
    held = session.execute(
        select(Booth.label, Assignment.held_until)
        .join(Assignment, Assignment.booth_id == Booth.id)
        .where(
            Assignment.application_id == application.id,
            Assignment.state == AssignmentState.HELD,
            Assignment.source == AssignmentSource.HOLD,
            ~is_over(now),
        )
    ).one_or_none()
    return Hold(held[0], held[1]) if held and held[1] else None


def turn(application: Application, *, now: datetime) -> Turn:
    """Return what an application may do about a booth now, for its own page."""
    session = reader()
    waited = select(WaitlistEntry.id).where(
        WaitlistEntry.application_id == application.id, WaitlistEntry.state != WaitState.PLACED
    )
    return Turn(
        offer=offers_to([application.id], now=now).get(application.id),
        hold=_hold(session, application, now=now),
        may_pick=not why_not_pick(session, application, now=now),
        waited=session.scalar(waited.limit(1)) is not None,
    )


def offers_to(application_ids: Collection[int], *, now: datetime) -> dict[int, Hold]:
    """Return the booths offered to applications that may still answer, by application."""
    rows = reader().execute(
        select(WaitlistEntry.application_id, Offer.until, Booth.label)
        .join(Offer, Offer.entry_id == WaitlistEntry.id)
        .join(Assignment, Assignment.offer_id == Offer.id)
        .join(Booth, Booth.id == Assignment.booth_id)
        .where(
            WaitlistEntry.application_id.in_(application_ids),
            Offer.state == OfferState.OFFERED,
            Offer.until > now,
        )
        .order_by(Booth.label)
    )
    found: dict[int, Hold] = {}
    for application_id, until, label in rows:
        before = found.get(application_id)
        found[application_id] = Hold(f"{before.booth}, {label}" if before else label, until)
    return found


def _drawing(application: Application) -> Plan | None:
    newest = newest_plan(application.fair_id)
    return parse_plan(newest.document) if newest else None


def _against(session: Session, application: Application, free: Sequence[Booth]) -> dict[int, str]:
    """Return of each free booth why the application may not pick it, in words."""
    against = {
        booth.id: " ".join(reason.sentence for reason in reasons_against(application, booth))
        for booth in free
    }
    suits = [booth for booth in free if not against[booth.id]]
    kept = kept_for_line(session, application.fair, suits, but=application.id)
    return against | dict.fromkeys(kept, "Gian dành cho danh sách chờ.")


def _spots(session: Session, application: Application, against: Mapping[int, str]) -> list[Spot]:
    rows = session.execute(
        select(Booth.id, Booth.label).where(Booth.fair_id == application.fair_id)
    )
    return [
        Spot(
            label,
            taken=booth_id not in against,
            against=against.get(booth_id, ""),
        )
        for booth_id, label in rows
    ]


def waiting_lines(actor: Actor, fair: Fair, *, now: datetime) -> list[Line]:
    """Return the list in its order, each entry with its offer or the reason why not."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    entries = entries_in_order(session, fair.id)
    why = next_round(session, fair, now=now).why_not
    until = {
        row[0]: row[1]
        for row in session.execute(
            select(Offer.entry_id, Offer.until).where(
                Offer.fair_id == fair.id, Offer.state == OfferState.OFFERED
            )
        )
    }
    ready = "Có gian hợp, chờ mời."
    return [
        Line(place, entry, until.get(entry.id), why.get(entry.id, ready))
        for place, entry in enumerate(entries, 1)
    ]


def has_list(fair: Fair) -> bool:
    """Return whether anybody waits, or waited, for a booth of the fair."""
    entries = select(WaitlistEntry.id).where(WaitlistEntry.fair_id == fair.id)
    return reader().scalar(entries.limit(1)) is not None


def public_order(fair: Fair) -> Sequence[WaitlistEntry]:
    """Return who waits, in order; a page shows codes and needs, no names."""
    return entries_in_order(reader(), fair.id)


def public_jumps(fair: Fair) -> Sequence[WaitlistJump]:
    """Return every change of the order by hand, newest first."""
    return (
        reader()
        .scalars(
            select(WaitlistJump)
            .where(WaitlistJump.fair_id == fair.id)
            .options(joinedload(WaitlistJump.application))
            .order_by(WaitlistJump.id.desc())
        )
        .all()
    )
