"""Offer free booths to the waiting list, end offers nobody answered. The order decides, by rule.

An offer, the booths that it keeps and its message are one transaction under `lock_places`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.errors import InvalidError
from tgfair.core.waitlist import FreeBooth, Match, Round, Waiting, objections, offer_round
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.waitlist import Offer, OfferState, WaitlistEntry, WaitState
from tgfair.policy import SYSTEM, Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.draw_freeze import frozen_applications
from tgfair.services.notifications import notify_application
from tgfair.services.places import end_holds, lock_places
from tgfair.services.suiting import facts_of, needs_of
from tgfair.services.taken_places import open_booths
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waiting import close_offer


def entries_in_order(session: Session, fair_id: int) -> Sequence[WaitlistEntry]:
    """Return who waits at a fair, in the order of the list, with what the rules look at."""
    application = joinedload(WaitlistEntry.application)
    return session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.fair_id == fair_id, WaitlistEntry.state == WaitState.WAITING)
        .options(
            application.joinedload(Application.exhibitor),
            application.selectinload(Application.products),
        )
        .order_by(WaitlistEntry.rank, WaitlistEntry.id)
    ).all()


def next_round(session: Session, fair: Fair, *, now: datetime) -> Round:
    """Return what offering at this moment would do, and why others are not served."""
    waiting = _waiting(session, entries_in_order(session, fair.id))
    free = [_free(booth) for booth in open_booths(session, fair.id, now=now)]
    return offer_round(waiting, free, fair.waitlist_rule)


def _waiting(session: Session, entries: Sequence[WaitlistEntry]) -> list[Waiting]:
    ids = [entry.id for entry in entries]
    asked: dict[int, set[int]] = defaultdict(set)
    for entry_id, booth_id in session.execute(
        select(Offer.entry_id, Assignment.booth_id)
        .join(Assignment, Assignment.offer_id == Offer.id)
        .where(Offer.entry_id.in_(ids), Offer.state != OfferState.WITHDRAWN)
    ):
        asked[entry_id].add(booth_id)
    being_asked = set(
        session.scalars(
            select(Offer.entry_id).where(Offer.entry_id.in_(ids), Offer.state == OfferState.OFFERED)
        )
    )
    drawing = frozen_applications(session, entries[0].fair_id) if entries else frozenset()
    return [
        Waiting(
            id=entry.id,
            code=entry.application.code,
            zones=tuple(entry.zones),
            units=entry.units,
            needs=needs_of(entry.application),
            refused=frozenset(asked[entry.id]),
            has_offer=entry.id in being_asked,
            draws=entry.application_id in drawing,
        )
        for entry in entries
    ]


def _free(booth: Booth) -> FreeBooth:
    facts, zone = facts_of(booth)
    return FreeBooth(
        id=booth.id,
        zone=booth.zone.code,
        facts=facts,
        zone_facts=zone,
        x=booth.x_m + booth.width_m / 2,
        y=booth.y_m + booth.depth_m / 2,
        width=booth.width_m,
        depth=booth.depth_m,
    )


def kept_for_line(
    session: Session, fair: Fair, booths: Sequence[Booth], *, but: int
) -> frozenset[int]:
    """Return which of these booths the list, being served, has somebody else for."""
    if not fair.offers_on or not booths:
        return frozenset()
    entries = entries_in_order(session, fair.id)
    line = [
        waiting
        for entry, waiting in zip(entries, _waiting(session, entries), strict=True)
        if entry.application_id != but and not waiting.has_offer and not waiting.draws
    ]
    free = [_free(booth) for booth in booths]
    return frozenset(one.id for one in free if any(not objections(who, one) for who in line))


def suited_in_line(session: Session, booth: Booth) -> list[WaitlistEntry]:
    """Return who waits, is not being asked, and could be offered a booth, in order."""
    entries = entries_in_order(session, booth.fair_id)
    return [
        entry
        for entry, waiting in zip(entries, _waiting(session, entries), strict=True)
        if not waiting.has_offer and not waiting.draws and not objections(waiting, _free(booth))
    ]


def offer_now(actor: Actor, fair_id: int, *, now: datetime) -> list[str]:
    """Offer what is free to the list once, and return the codes of those who are asked.

    Raises:
        InvalidError: nobody can be served; the page says for everybody why.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        codes = serve(session, actor, fair, now=now)
        if not codes:
            raise InvalidError("Chưa mời được ai: xem lý do ở từng hồ sơ trong danh sách.")
        return codes


def serve(session: Session, actor: Actor, fair: Fair, *, now: datetime) -> list[str]:
    """Offer what is free, within the caller's transaction; return the codes of who is asked."""
    found = next_round(session, fair, now=now)
    return [_offer(session, actor, fair, match, now=now) for match in found.matches]


def _offer(session: Session, actor: Actor, fair: Fair, match: Match, *, now: datetime) -> str:
    """Keep the booths of a match for its entry and tell it; return its application's code."""
    until = now + timedelta(hours=fair.offer_hours)
    offer = Offer(fair_id=fair.id, entry_id=match.entry, until=until, made_at=now)
    session.add(offer)
    session.flush()
    application = session.get_one(WaitlistEntry, match.entry).application
    end_holds(session, Assignment.booth_id.in_(match.booths), now=now)
    session.add_all(
        Assignment(
            fair_id=fair.id,
            booth_id=booth_id,
            application_id=application.id,
            source=AssignmentSource.OFFER,
            offer_id=offer.id,
            state=AssignmentState.HELD,
            held_until=until,
            created_at=now,
            created_by_id=actor.user_id,
        )
        for booth_id in match.booths
    )
    notify_application(
        session, "offer", application, dedupe=f"offer:{offer.id}", now=now, offer_id=offer.id
    )
    record(session, actor, "waitlist.offered", application, now=now, offer=offer.id)
    return application.code


def sweep_offers(now: datetime) -> int:
    """End offers whose time is over and serve the lists that are open; return how many fairs.

    For the worker; each fair is a unit of its own, and a repeat finds nothing left to do.
    """
    session = reader()
    over = select(Offer.fair_id).where(Offer.state == OfferState.OFFERED, Offer.until <= now)
    due = set(session.scalars(over))
    served = session.scalars(
        select(Fair).where(
            Fair.offers_on,
            Fair.status == FairStatus.OPEN,
            Fair.id.in_(
                select(WaitlistEntry.fair_id).where(WaitlistEntry.state == WaitState.WAITING)
            ),
        )
    ).all()
    due |= {fair.id for fair in served if next_round(session, fair, now=now).matches}
    session.rollback()
    for fair_id in sorted(due):
        _sweep(fair_id, now=now)
    return len(due)


def _sweep(fair_id: int, *, now: datetime) -> None:
    with transaction() as session:
        lock_places(session, fair_id)
        fair = find(session, Fair, Fair.id == fair_id)
        for offer in session.scalars(
            select(Offer)
            .where(Offer.fair_id == fair.id, Offer.state == OfferState.OFFERED, Offer.until <= now)
            .order_by(Offer.id)
        ).all():
            _lapse(session, offer, now=now)
        if fair.offers_on and fair.status is FairStatus.OPEN:
            serve(session, SYSTEM, fair, now=now)


def _lapse(session: Session, offer: Offer, *, now: datetime) -> None:
    """End an offer that nobody answered: its entry leaves the list, and may enter again."""
    entry = offer.entry
    close_offer(session, offer, OfferState.EXPIRED, now=now)
    entry.state = WaitState.LAPSED
    entry.left_at = now
    notify_application(
        session, "offer_over", entry.application, dedupe=f"offer:{offer.id}", now=now
    )
    record(session, SYSTEM, "waitlist.lapsed", entry.application, now=now, offer=offer.id)
