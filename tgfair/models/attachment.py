"""Photos and papers of an application."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, short


class Attachment(Base):
    """A file, by the SHA-256 of its cleaned bytes; the typed name is display text only."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(short(24))
    filename: Mapped[str] = mapped_column(short(120))
    content_type: Mapped[str] = mapped_column(short(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(short(64))
    thumb_sha256: Mapped[str | None] = mapped_column(short(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    uploaded_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="attachments")
