"""Consent ledger: which text, when, by whom (Luật 91/2025/QH15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class Consent(Base):
    """One consent to one purpose, with the version of the text that was shown."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id", ondelete="SET NULL")
    )
    purpose: Mapped[str] = mapped_column(short(32))
    text_version: Mapped[str] = mapped_column(short(64))
    given: Mapped[bool]
    at: Mapped[datetime]
    actor_label: Mapped[str] = mapped_column(short(200))
