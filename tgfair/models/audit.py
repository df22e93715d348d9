"""Who did what, when: rows in the transaction of the cause, sealed into a hash chain afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class AuditEntry(Base):
    """One act. `digest` chains it to the one before; the worker seals, nobody edits."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_label: Mapped[str] = mapped_column(short(200))
    action: Mapped[str] = mapped_column(short(48))
    object_type: Mapped[str] = mapped_column(short(32))
    object_id: Mapped[str] = mapped_column(short(64))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id", ondelete="SET NULL"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Place in the chain, given when sealed; ids may be committed out of order.
    seal_number: Mapped[int | None] = mapped_column(unique=True)
    digest: Mapped[str | None] = mapped_column(short(64))
