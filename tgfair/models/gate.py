"""Gates, the phones at them, and what they scanned."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, BigInt, short, text_enum
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair


class Gate(Base):
    """An entrance; bit `number - 1` of a badge's gate byte lets it in here."""

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("fair_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 8", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(short(80))

    fair: Mapped[Fair] = relationship()


class FairGates(Base):
    """What all gates of a fair share: the room inside, and the version of the badge list.

    The version rises by one whenever the list a phone would get has another digest; a phone that
    saw version n refuses every lower one.
    """

    __tablename__ = "fair_gates"

    fair_id: Mapped[int] = mapped_column(
        ForeignKey("fair.id", ondelete="CASCADE"), primary_key=True
    )
    capacity: Mapped[int | None]
    list_version: Mapped[int] = mapped_column(default=0)
    list_digest: Mapped[str | None] = mapped_column(short(64))


class PairingCode(Base):
    """A one-use code, shown as QR, that turns a phone into a gate device."""

    __tablename__ = "pairing_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(short(64), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    gate: Mapped[Gate] = relationship()


class GateDevice(Base):
    """A paired phone: scan and minimal list of its fair, until the day after, revocable."""

    __tablename__ = "gate_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(short(80))
    token_hash: Mapped[str] = mapped_column(short(64), unique=True)
    paired_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    # What the phone says of itself: scans not yet sent, its list, battery in percent, clock.
    queued: Mapped[int | None]
    list_version: Mapped[int | None]
    battery: Mapped[int | None]
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInt)

    gate: Mapped[Gate] = relationship()


class Scan(Base):
    """One scan, as the phone recorded it. Rows are only ever added; an undo is another row."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_badge", "fair_id", "badge_number"),
        Index("ix_scan_fair_at", "fair_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # 128 random bits made on the phone: the same scan sent twice is one row.
    scan_id: Mapped[str] = mapped_column(short(32), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    device_id: Mapped[int] = mapped_column(ForeignKey("gate_device.id", ondelete="CASCADE"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id", ondelete="CASCADE"))
    seq: Mapped[int]
    mode: Mapped[str] = mapped_column(short(8))
    direction: Mapped[str] = mapped_column(short(4))
    badge_number: Mapped[int | None] = mapped_column(BigInt)
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badge.id", ondelete="SET NULL"))
    generation: Mapped[int | None]
    verdict: Mapped[str] = mapped_column(short(8))
    code: Mapped[str] = mapped_column(short(24))
    # What the phone was told, so that the same scan sent again gets the same answer.
    title: Mapped[str] = mapped_column(short(24))
    detail: Mapped[str] = mapped_column(short(200))
    # What the server would have said without knowing other passages, when the phone said other.
    server_code: Mapped[str | None] = mapped_column(short(24))
    list_version: Mapped[int | None]
    offset_ms: Mapped[int | None] = mapped_column(BigInt)
    # Set when the person was really let in (green, or amber/red overridden).
    admitted: Mapped[bool]
    override_reason: Mapped[str | None] = mapped_column(short(200))
    cancels: Mapped[str | None] = mapped_column(short(32))
    # The phone's own clock as it was sent, and the instant it was judged at.
    wall_at: Mapped[datetime]
    at: Mapped[datetime]
    mono_ms: Mapped[int | None] = mapped_column(BigInt)
    received_at: Mapped[datetime]


class InspectionStatus(StrEnum):
    """What an inspector found at a booth."""

    PRESENT = "present"
    EMPTY = "empty"
    WRONG_GOODS = "wrong_goods"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"


class Inspection(Base):
    """One look at a booth, made with a phone or at a desk. Rows are only ever added."""

    __tablename__ = "inspection"
    __table_args__ = (Index("ix_inspection_fair", "fair_id", "booth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Made where the look was noted: the same one sent twice is one row.
    inspection_id: Mapped[str] = mapped_column(short(32), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("gate_device.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    status: Mapped[InspectionStatus] = mapped_column(text_enum(InspectionStatus))
    note: Mapped[str] = mapped_column(short(300), default="")
    at: Mapped[datetime]
    received_at: Mapped[datetime]

    booth: Mapped[Booth] = relationship()
