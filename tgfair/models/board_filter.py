"""Filters of the review board that somebody keeps under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class BoardFilter(Base):
    """A filter, as the query part of its address; its keeper's own."""

    __tablename__ = "board_filter"
    __table_args__ = (UniqueConstraint("user_id", "fair_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(short(60))
    query: Mapped[str] = mapped_column(short(400))
    created_at: Mapped[datetime]
