"""The list that a gate phone carries: every badge of its fair, in parts that change by themselves.

The badges lie in 64 buckets; the manifest names the digest of each, so a phone fetches only what
changed and finds out whatever went missing on the way. The version rises with every change of the
content and is bound to it by a code that only the phone's own token can check.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.badge_issue import HAS_BADGES, MovedDays
from tgfair.models.application import Application
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.gate import FairGates, Gate, GateDevice
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.policy import Action, Actor, require
from tgfair.services.badge_printing import published_labels
from tgfair.services.gates import UnpairedError, date_changed_at
from tgfair.services.identifiers import keyed
from tgfair.services.keys import keyring
from tgfair.services.uow import find, reader, transaction

BUCKETS = 64
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class BadgeList:
    """The list as a phone takes it; `code` binds the manifest to the phone's token."""

    version: int
    digest: str
    manifest: str
    buckets: tuple[str, ...]
    made_at: str
    code: str

    @property
    def etag(self) -> str:
        """Return what names this content."""
        return f"{self.version}-{self.digest[:DIGEST_LENGTH]}"

    @property
    def bucket_digests(self) -> list[str]:
        """Return the digest of each bucket, as the manifest names it."""
        return [_digest(bucket)[:DIGEST_LENGTH] for bucket in self.buckets]


@dataclass
class _Content:
    """What the list holds, before it has a version."""

    head: dict[str, Any]
    buckets: tuple[str, ...]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.head["buckets"] = [_digest(bucket)[:DIGEST_LENGTH] for bucket in self.buckets]
        self.digest = _digest(_json(self.head))


def badge_list(actor: Actor) -> BadgeList:
    """Return the list of the phone's fair; a content that nobody has seen gets the next version."""
    session = reader()
    device = session.get(GateDevice, actor.device_id or 0)
    if device is None:
        raise UnpairedError
    fair = find(session, Fair, Fair.id == device.fair_id)
    require(actor, Action.SCAN, fair)
    secret = device.token_hash
    content = _content(session, fair)
    shared = session.get(FairGates, fair.id)
    version = shared.list_version if shared and shared.list_digest == content.digest else None
    fair_id = fair.id
    session.rollback()
    if version is None:
        version, content = _next_version(fair_id)
    manifest = _json({"version": version, **content.head})
    made_at = clock.real_now().isoformat(timespec="seconds")
    code = hmac.digest(secret.encode(), f"tgfair-list-1\n{made_at}\n{manifest}".encode(), "sha256")
    return BadgeList(version, content.digest, manifest, content.buckets, made_at, code.hex())


def _next_version(fair_id: int) -> tuple[int, _Content]:
    """Number the content anew, read under the lock: a lower number is never the newer content."""
    with transaction() as session:
        fair = session.get_one(Fair, fair_id, with_for_update=True)
        shared = shared_of(session, fair.id)
        content = _content(session, fair)
        if shared.list_digest != content.digest:
            shared.list_version += 1
            shared.list_digest = content.digest
        return shared.list_version, content


def shared_of(session: Session, fair_id: int) -> FairGates:
    """Return what the gates of a fair share, made when it is asked for the first time."""
    found = session.get(FairGates, fair_id)
    if found is None:
        found = FairGates(fair_id=fair_id, list_version=0)
        session.add(found)
        session.flush()
    return found


def _content(session: Session, fair: Fair) -> _Content:
    periods: dict[tuple[date, int, date | None, date | None], int] = {}
    buckets = _buckets(session, fair, periods)
    gates = session.execute(
        select(Gate.number, Gate.label).where(Gate.fair_id == fair.id).order_by(Gate.number)
    )
    shared = session.get(FairGates, fair.id)
    head = {
        "event": fair.number,
        "fair": fair.name,
        "fair_code": fair.code,
        "first_day": fair.first_day.isoformat(),
        "last_day": fair.last_day.isoformat(),
        "capacity": shared.capacity if shared else None,
        "gates": [list(row) for row in gates],
        "keys": sorted([kid, public.hex()] for kid, public in keyring(session, fair.id).items()),
        "exchange": keyed("gate-exchange", fair.id).hex(),
        "periods": [
            [first.isoformat(), days, _iso(moved_first), _iso(moved_last)]
            for first, days, moved_first, moved_last in periods
        ],
    }
    return _Content(head, buckets)


def _buckets(session: Session, fair: Fair, periods: dict[Any, int]) -> tuple[str, ...]:
    rows = session.execute(
        select(
            Badge.id,
            Badge.number,
            Badge.generation,
            Badge.kind,
            Badge.gates,
            Badge.first_day,
            Badge.days,
            Badge.issued_at,
            Badge.state,
            Badge.application_id,
            Application.state.label("application_state"),
            Invitation.rsvp,
            Badge.holder_name,
            Badge.organisation,
            Badge.short_code,
        )
        .outerjoin(Application, Application.id == Badge.application_id)
        .outerjoin(Invitation, Invitation.id == Badge.invitation_id)
        .where(Badge.fair_id == fair.id)
        .order_by(Badge.application_id, Badge.id)
    ).all()
    booths = published_labels(session, fair.id, {row.application_id or 0 for row in rows})
    setup_day = day_in_vietnam(fair.setup_from) if fair.setup_from else None
    changed_at = date_changed_at(session, fair.id)
    moved = MovedDays(changed_at, fair.first_day, fair.last_day, setup_day)
    buckets: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        days = moved.days_of(row.kind, row.issued_at) or (None, None)
        period = (row.first_day, row.days, *days)
        place = periods.setdefault(period, len(periods))
        # Badges of one exhibitor lie together: names repeat, and compress.
        buckets[(row.application_id or row.id) % BUCKETS].append(
            _row(row, place, booths, is_void=is_void_row(fair.status, row))
        )
    return tuple(_json(buckets[number]) for number in range(BUCKETS))


def is_void_row(status: FairStatus, row: Any) -> bool:
    """Return what `badges.is_void` says of a badge of a fair in this status, from columns alone."""
    if status is FairStatus.CANCELLED or row.state is BadgeState.REVOKED:
        return True
    if row.application_id is not None and row.application_state not in HAS_BADGES:
        return True
    return row.rsvp is Rsvp.NO


def _row(row: Any, period: int, booths: Mapping[int, str], *, is_void: bool) -> list[Any]:
    """Return one line of the list; of a void badge the phone needs to know nothing more."""
    facts = [f"{row.number:016x}", row.generation, int(is_void), row.kind, row.gates, period]
    if is_void:
        return [*facts, "", "", "", row.short_code]
    booth = booths.get(row.application_id or 0, "")
    return [*facts, row.holder_name, row.organisation, booth, row.short_code]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
