"""What a phone brings for another one: scans seen as a film of QR codes where there was no network.

They are kept as the scans of the phone that made them, which vouches for the film under its own
token; whoever carries the film can add nothing. Sent again by their own phone, they are known.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.gate_film import SEAL_LENGTH, BadFilmError, Film, device_of, read_film, seal_of
from tgfair.core.gate_scan import judged_at
from tgfair.models.badge import Badge
from tgfair.models.gate import Gate, GateDevice
from tgfair.policy import Actor
from tgfair.services.audit import record
from tgfair.services.badge_printing import payload_of
from tgfair.services.gate_posts import Post, listed_badges, post_of
from tgfair.services.scans import Batch, Found, take_batch
from tgfair.services.uow import reader, transaction


@dataclass(frozen=True)
class Brought:
    """How many scans of a film were new, known before, and of no badge of this fair."""

    taken: int
    known: int
    refused: int


def take_film(actor: Actor, film: bytes, *, now: datetime) -> Brought:
    """Keep what another phone of the same fair has seen; `film` is its body and its code.

    Raises:
        UnpairedError: the actor is no phone, or it was revoked.
        BadFilmError: no phone that is paired with this fair made it so.
    """
    session = reader()
    bearer = post_of(session, actor)
    told = _vouched(session, bearer, film)
    maker = post_of(session, actor, told.device_id)
    batch = _batch(session, maker, told, now=now)
    refused = len(told.scans) - len(batch.found)
    session.rollback()
    with transaction() as session:
        answers = take_batch(session, batch, now=now)
        taken = sum(one.status == "accepted" for one in answers.values())
        gate = session.get_one(Gate, maker.gate_id)
        record(session, actor, "gate.film", gate, now=now, device=maker.device_id, scans=taken)
    return Brought(taken, len(answers) - taken, refused)


def _vouched(session: Session, bearer: Post, film: bytes) -> Film:
    body, seal = film[:-SEAL_LENGTH], film[-SEAL_LENGTH:]
    token_hash = session.scalar(
        select(GateDevice.token_hash).where(
            GateDevice.id == device_of(body),
            GateDevice.fair_id == bearer.fair_id,
            GateDevice.revoked_at.is_(None),
        )
    )
    if token_hash is None or not hmac.compare_digest(seal, seal_of(token_hash, body)):
        raise BadFilmError
    told = read_film(body)
    if told.event != bearer.event:
        raise BadFilmError
    return told


def _batch(session: Session, maker: Post, told: Film, *, now: datetime) -> Batch:
    """Return the film as a batch of its own phone, without what is of no badge of the fair.

    No token came along to prove that a badge exists; that phone will send its own.
    """
    numbers = sorted({one.badge_number for one in told.scans})
    badges = session.scalars(
        select(Badge).where(Badge.fair_id == maker.fair_id, Badge.number.in_(numbers))
    )
    payloads = {badge.number: payload_of(badge, maker.event) for badge in badges}
    found = {}
    for place, one in enumerate(told.scans):
        payload = payloads.get(one.badge_number)
        if payload is not None:
            at = judged_at(one.sent.wall, paired_at=maker.paired_at, now=now)
            shown = replace(payload, generation=one.generation)
            found[place] = Found(one.sent, at, shown, one.badge_number)
    return Batch(maker, found, listed_badges(session, maker, payloads), {}, {})
