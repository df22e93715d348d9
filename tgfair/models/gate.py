"""Gates, the phones at them, and what they scanned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, BigInt, short
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
    # Set when the person was really let in (green, or amber/red overridden).
    admitted: Mapped[bool]
    override_reason: Mapped[str | None] = mapped_column(short(200))
    cancels: Mapped[str | None] = mapped_column(short(32))
    # The phone's own clock as it was sent, and the instant it was judged at.
    wall_at: Mapped[datetime]
    at: Mapped[datetime]
    mono_ms: Mapped[int | None] = mapped_column(BigInt)
    received_at: Mapped[datetime]
