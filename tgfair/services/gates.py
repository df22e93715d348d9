"""Gates and the phones at them: pairing by a code shown once, tokens, revoking."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.clock import VIETNAM
from tgfair.core.codes import crockford, normalise_code
from tgfair.core.errors import InvalidError, TgfairError, UnavailableError
from tgfair.core.vietnamese import check_text
from tgfair.models.fair import Fair, FairDateChange
from tgfair.models.gate import FairGates, Gate, GateDevice, PairingCode
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.identifiers import digest, keyed, new_token, public_id
from tgfair.services.uow import find, reader, transaction

MAX_GATES = 8
MAX_CAPACITY = 1_000_000
MAX_LABEL = MAX_DEVICE_NAME = 80
PAIRING_LIFE = timedelta(minutes=10)
PAIRING_LETTERS = 10  # 50 bits, one use, ten minutes
TOUCH_EVERY = timedelta(seconds=30)
# Asked with every call of every phone: columns, no objects, and built once.
_PHONE = (
    select(
        GateDevice.id,
        GateDevice.fair_id,
        GateDevice.name,
        GateDevice.revoked_at,
        GateDevice.expires_at,
        GateDevice.last_seen_at,
        Gate.label,
        Fair.last_day,
    )
    .join(Gate, Gate.id == GateDevice.gate_id)
    .join(Fair, Fair.id == GateDevice.fair_id)
    .where(GateDevice.token_hash == bindparam("token_hash"))
)


class UnpairedError(TgfairError):
    """The phone's token is unknown, revoked or over; it must be paired again."""

    code = "unauthorised"

    def message(self) -> str:
        """Say where to get a new code."""
        return "Máy này chưa được ghép với cổng. Xin mã ghép ở bàn Ban Tổ chức."


class PairingCodeError(TgfairError):
    """No such code, used, or too old."""

    code = "pairing_code"

    def message(self) -> str:
        """Say what to do."""
        return "Mã ghép đã dùng hoặc hết hạn. Xin mã mới ở bàn Ban Tổ chức."


@dataclass(frozen=True)
class Pairing:
    """A pairing code as the officer shows it, in clear."""

    code: str
    expires_at: datetime
    used: bool


@dataclass(frozen=True)
class Paired:
    """What a phone learns when it is paired; `token` is kept nowhere else."""

    token: str
    device_id: int
    gate: int
    gate_label: str
    fair_name: str
    fair_code: str
    event: int


def create_gate(actor: Actor, fair_id: int, label: str, *, now: datetime) -> int:
    """Add a gate under the next free number, 1 to 8, and return the number.

    Raises:
        InvalidError: no label, a label twice, or there are eight gates already.
    """
    label = check_text(label, field="label")
    if not label:
        raise InvalidError("Hãy ghi tên cổng, ví dụ: Cổng chính.", field="label")
    if len(label) > MAX_LABEL:
        raise InvalidError(f"Dài quá {MAX_LABEL} ký tự. Hãy viết ngắn lại.", field="label")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.MANAGE_GATES, fair)
        session.refresh(fair, with_for_update=True)
        gates = session.scalars(select(Gate).where(Gate.fair_id == fair.id)).all()
        if any(gate.label == label for gate in gates):
            raise InvalidError("Đã có cổng tên này.", field="label")
        taken = {gate.number for gate in gates}
        free = [number for number in range(1, MAX_GATES + 1) if number not in taken]
        if not free:
            raise InvalidError(f"Mỗi sự kiện có tối đa {MAX_GATES} cổng.", field="label")
        gate = Gate(fair_id=fair.id, number=free[0], label=label)
        session.add(gate)
        record(session, actor, "gate.created", gate, now=now, number=gate.number)
        return gate.number


def set_capacity(actor: Actor, fair_id: int, capacity: int | None, *, now: datetime) -> None:
    """Set how many may be inside at once, None for no limit; the phones hear with their list."""
    if capacity is not None and not 0 < capacity <= MAX_CAPACITY:
        raise InvalidError("Hãy ghi số người từ 1 đến 1.000.000.", field="capacity")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.MANAGE_GATES, fair)
        session.refresh(fair, with_for_update=True)
        shared = session.get(FairGates, fair.id)
        if shared is None:
            shared = FairGates(fair_id=fair.id, list_version=0)
            session.add(shared)
        shared.capacity = capacity
        record(session, actor, "gate.capacity", fair, now=now, fair_id=fair.id, capacity=capacity)


def create_pairing(actor: Actor, fair_id: int, gate_number: int, *, now: datetime) -> None:
    """Make a pairing code for a gate: one use, ten minutes. `newest_pairing` shows it."""
    started = clock.real_now()
    with transaction() as session:
        gate = _gate(session, actor, fair_id, gate_number)
        pairing = PairingCode(
            gate_id=gate.id,
            code_hash=public_id(),
            created_by_id=actor.user_id,
            created_at=started,
            expires_at=started + PAIRING_LIFE,
        )
        session.add(pairing)
        session.flush()
        pairing.code_hash = digest(_code_of(pairing))
        record(session, actor, "gate.pairing_code", gate, now=now, number=gate.number)


def newest_pairing(actor: Actor, fair_id: int, gate_number: int) -> Pairing | None:
    """Return the newest pairing code of a gate while its ten minutes last, else None."""
    session = reader()
    gate = _gate(session, actor, fair_id, gate_number)
    pairing = session.scalars(
        select(PairingCode)
        .where(PairingCode.gate_id == gate.id, PairingCode.expires_at > clock.real_now())
        .order_by(PairingCode.id.desc())
        .limit(1)
    ).one_or_none()
    if pairing is None:
        return None
    return Pairing(_code_of(pairing), pairing.expires_at, used=pairing.used_at is not None)


def _gate(session: Session, actor: Actor, fair_id: int, number: int) -> Gate:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.MANAGE_GATES, fair)
    return find(session, Gate, Gate.fair_id == fair.id, Gate.number == number)


def _code_of(pairing: PairingCode) -> str:
    """Return the code itself: derived, so that the page can show it while the row holds a hash."""
    secret = keyed("pairing", pairing.id, pairing.created_at.isoformat())
    return crockford(int.from_bytes(secret[:8], "big"), PAIRING_LETTERS)


def pair(code: str, name: str, *, now: datetime) -> Paired:
    """Turn a phone into a gate device; the code is the proof and works once.

    Raises:
        PairingCodeError: unknown, used or too old.
        InvalidError: the phone has no name, or the fair is over.
    """
    name = check_text(name, field="name")
    if not 0 < len(name) <= MAX_DEVICE_NAME:
        raise InvalidError("Hãy đặt tên cho máy này, ví dụ: Máy của Lan.", field="name")
    instant = clock.real_now()
    code_hash = digest(normalise_code(code[:MAX_DEVICE_NAME]))
    usable = (
        PairingCode.code_hash == code_hash,
        PairingCode.used_at.is_(None),
        PairingCode.expires_at > instant,
    )
    with transaction() as session:
        pairing = session.scalars(select(PairingCode).where(*usable)).one_or_none()
        if pairing is None:
            raise PairingCodeError
        fair = pairing.gate.fair
        if now >= device_expiry(fair.last_day):
            raise InvalidError("Sự kiện đã kết thúc nên không ghép máy nữa.")
        used = session.execute(update(PairingCode).where(*usable).values(used_at=instant))
        if used.rowcount != 1:  # type: ignore[attr-defined]  # -- an UPDATE has it
            raise PairingCodeError
        return _add_device(session, pairing.gate, name, now=now)


def _add_device(session: Session, gate: Gate, name: str, *, now: datetime) -> Paired:
    token, fair = new_token(), gate.fair
    device = GateDevice(
        fair_id=gate.fair_id,
        gate_id=gate.id,
        name=name,
        token_hash=digest(token),
        paired_at=now,
        expires_at=device_expiry(fair.last_day),
        last_seen_at=clock.real_now(),
    )
    session.add(device)
    session.flush()
    who = Actor(label=f"{name} ({gate.label})", device_id=device.id, device_fair_id=fair.id)
    record(session, who, "gate.paired", gate, now=now, device=device.id, name=name)
    return Paired(token, device.id, gate.number, gate.label, fair.name, fair.code, fair.number)


def device_expiry(last_day: date) -> datetime:
    """Return when the phones of a fair stop working: at the end of the day after the last."""
    end = datetime.combine(last_day + timedelta(days=2), time(), tzinfo=VIETNAM)
    return end.astimezone(UTC)


def actor_for_device(token: str, *, now: datetime) -> Actor:
    """Return the actor that a phone's token stands for.

    Raises:
        UnpairedError: unknown, revoked, or the fair is over.
    """
    found = reader().connection().execute(_PHONE, {"token_hash": digest(token)})
    device = found.one_or_none()
    if device is None or device.revoked_at is not None:
        raise UnpairedError
    # The fair may have been extended since the phone was paired.
    if now >= max(device.expires_at, device_expiry(device.last_day)):
        raise UnpairedError
    actor = Actor(
        label=f"{device.name} ({device.label})",
        device_id=device.id,
        device_fair_id=device.fair_id,
    )
    seen = device.last_seen_at
    if seen is None or clock.real_now() - seen > TOUCH_EVERY:
        # A scan must be taken even when nothing else can be written.
        with suppress(UnavailableError):
            _touch(device.id)
    return actor


def _touch(device_id: int) -> None:
    with transaction() as session:
        session.execute(
            update(GateDevice)
            .where(GateDevice.id == device_id)
            .values(last_seen_at=clock.real_now())
        )


def revoke_device(actor: Actor, fair_id: int, device_id: int, *, now: datetime) -> None:
    """Shut a phone out at once; the scans it sent before stay."""
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.MANAGE_GATES, fair)
        device = find(
            session, GateDevice, GateDevice.id == device_id, GateDevice.fair_id == fair.id
        )
        if device.revoked_at is None:
            device.revoked_at = now
            record(session, actor, "gate.device_revoked", device, now=now, name=device.name)


def date_changed_at(session: Session, fair_id: int) -> datetime | None:
    """Return when the fair's days were last changed, or None."""
    return session.scalar(
        select(func.max(FairDateChange.changed_at)).where(FairDateChange.fair_id == fair_id)
    )
