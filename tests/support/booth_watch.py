"""What must be true of booths at every instant, whoever was killed: read in one snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tgfair.core.workflow import ACCEPTED
from tgfair.database import prepare
from tgfair.models import (
    Application,
    Assignment,
    AssignmentSource,
    AssignmentState,
    AuditEntry,
    Booth,
    Draw,
    DrawState,
    Message,
    Offer,
    OfferState,
    Publication,
    PublicationRow,
    WaitlistEntry,
    WaitState,
)
from tgfair.services.publications import SEES_BOOTH
from tgfair.services.waitlists import MAY_WAIT

HELD, LIVE = AssignmentState.HELD, AssignmentState.LIVE


def engine_of(url: str) -> Engine:
    """An engine that keeps no connection, so that a process may fork between two looks.

    One session sees one instant.
    """
    if url.startswith("postgresql"):
        return create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    engine = create_engine(url, poolclass=NullPool)
    prepare(engine)
    return engine


def faults(engine: Engine, fair_id: int) -> list[str]:
    """Return what is wrong now, in words; empty when every promise holds."""
    with Session(engine) as session:
        return [
            *_booths(session, fair_id),
            *_holders(session, fair_id),
            *_offers(session, fair_id),
            *_draws(session, fair_id),
            *_published(session, fair_id),
        ]


def _rows(session: Session, fair_id: int, *more: Any) -> list[Assignment]:
    query = select(Assignment).where(Assignment.fair_id == fair_id, *more).order_by(Assignment.id)
    return list(session.scalars(query))


def _booths(session: Session, fair_id: int) -> Iterator[str]:
    """held + live + free = booths."""
    every = session.scalars(select(Booth.id).where(Booth.fair_id == fair_id)).all()
    held = [one.booth_id for one in _rows(session, fair_id, Assignment.state == HELD)]
    live = [one.booth_id for one in _rows(session, fair_id, Assignment.state == LIVE)]
    free = set(every) - {*held, *live}
    if len(held) + len(live) + len(free) != len(every):
        yield f"{len(held)} held + {len(live)} live + {len(free)} free, but {len(every)} booths"
    for booth, count in Counter([*held, *live]).items():
        if count > 1:
            yield f"booth {booth} has {count} holders"
    picking = _rows(
        session, fair_id, Assignment.state == HELD, Assignment.source == AssignmentSource.HOLD
    )
    for application, count in Counter(one.application_id for one in picking).items():
        if count > 1:
            yield f"application {application} holds {count} booths to choose from"


def _holders(session: Session, fair_id: int) -> Iterator[str]:
    """Nobody stands at a booth who left the fair."""
    for one in _rows(session, fair_id, Assignment.state.in_([HELD, LIVE])):
        may = ACCEPTED if one.state is LIVE or one.source is AssignmentSource.HOLD else MAY_WAIT
        if one.application.state not in may:
            yield f"{one.state} booth {one.booth_id} of a {one.application.state} application"
        if (one.held_until is None) is (one.state is HELD):
            yield f"{one.state} booth {one.booth_id} ends at {one.held_until}"


def _offers(session: Session, fair_id: int) -> Iterator[str]:
    """An open offer keeps what its entry waits for, and was written; others keep nothing."""
    offers = session.scalars(select(Offer).where(Offer.fair_id == fair_id)).all()
    kept = Counter(
        one.offer_id
        for one in _rows(session, fair_id, Assignment.state == HELD)
        if one.source is AssignmentSource.OFFER
    )
    for offer in offers:
        entry = offer.entry
        is_open = offer.state is OfferState.OFFERED
        if kept[offer.id] != (entry.units if is_open else 0):
            yield f"{offer.state} offer {offer.id} keeps {kept[offer.id]} of {entry.units} booths"
        if is_open and entry.state is not WaitState.WAITING:
            yield f"open offer {offer.id} of an entry that {entry.state}"
    if kept[None]:
        yield f"{kept[None]} booths are kept for no offer"
    mails = session.scalar(select(func.count()).where(Message.kind == "offer"))
    if mails != len(offers):
        yield f"{len(offers)} offers, but {mails} letters"
    waiting = select(WaitlistEntry).where(
        WaitlistEntry.fair_id == fair_id, WaitlistEntry.state == WaitState.WAITING
    )
    for entry in session.scalars(waiting):
        if entry.application.state not in MAY_WAIT:
            yield f"entry {entry.id} waits though its application is {entry.application.state}"


def _draws(session: Session, fair_id: int) -> Iterator[str]:
    """What a published list speaks of is nobody's until its number is there."""
    frozen = session.scalars(
        select(Draw).where(Draw.fair_id == fair_id, Draw.state == DrawState.FROZEN)
    ).one_or_none()
    if frozen is None:
        return
    labels = {label for zone in frozen.closed["zones"] for label in zone["booths"]}
    codes = {code for zone in frozen.closed["zones"] for code in zone["applications"]}
    for one in _rows(session, fair_id, Assignment.state.in_([HELD, LIVE])):
        if one.booth.label in labels:
            yield f"{one.state} booth {one.booth.label} of the frozen list {frozen.number}"
        if one.application.code in codes:
            yield f"{one.application.code} of the frozen list {frozen.number} has a booth"


def _published(session: Session, fair_id: int) -> Iterator[str]:
    """The newest version shows one holder a booth, and everybody who was told of one."""
    newest = session.scalar(select(func.max(Publication.id)).where(Publication.fair_id == fair_id))
    rows = session.execute(
        select(PublicationRow.booth_id, PublicationRow.application_id)
        .join(Application)
        .where(PublicationRow.publication_id == (newest or 0), Application.state.in_(SEES_BOOTH))
    ).all()
    for booth, count in Counter(row[0] for row in rows).items():
        if count > 1:
            yield f"the published plan shows booth {booth} to {count} exhibitors"
    told = set(
        session.scalars(
            select(Application.id).where(
                Application.fair_id == fair_id, Application.state.in_(SEES_BOOTH)
            )
        )
    )
    missing = told - {row[1] for row in rows}
    if missing:
        yield f"told of a booth, but not in the published plan: {sorted(missing)}"


def written(engine: Engine, action: str) -> int:
    """Return how often an act was committed, by the audit trail."""
    with engine.connect() as connection:
        count = select(func.count()).where(AuditEntry.action == action)
        return connection.scalar(count) or 0
