"""Marks on a fair's timetable that may tell people something by themselves, and their runs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, short, text_enum
from tgfair.models.fair import Fair


class NoticeOutcome(StrEnum):
    """What came of a due notice: everybody told, or skipped with a reason."""

    SENT = "sent"
    SKIPPED = "skipped"


class Notice(Base):
    """A mark on the timetable; with a `kind` it sends that mail by itself when it is due."""

    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("at_hour BETWEEN 7 AND 20", name="at_hour"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(short(160))
    # Kind of mail; None for a mark that is only shown.
    kind: Mapped[str | None] = mapped_column(short(32))
    # Where it hangs: core/anchors.py writes and reads it.
    anchor: Mapped[dict[str, Any]]
    at_hour: Mapped[int] = mapped_column(default=8)
    # States of an application (or "silent" for invited ones without an answer) that are told.
    audience: Mapped[list[Any]] = mapped_column(default=list)
    text: Mapped[str | None] = mapped_column(short(800))
    enabled: Mapped[bool] = mapped_column(default=True)
    # Days before this instant are never run: a mark made too late tells nobody.
    since: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    fair: Mapped[Fair] = relationship()


class NoticeRun(Base):
    """A due day that was dealt with: one row a day, so that nothing is told twice."""

    __tablename__ = "notice_run"
    __table_args__ = (UniqueConstraint("notice_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    due_on: Mapped[date]
    ran_at: Mapped[datetime]
    outcome: Mapped[NoticeOutcome] = mapped_column(text_enum(NoticeOutcome))
    reason: Mapped[str | None] = mapped_column(short(300))
    told: Mapped[int] = mapped_column(default=0)

    notice: Mapped[Notice] = relationship()
