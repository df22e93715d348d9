"""Plans and the booths on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from tgfair.models.base import Base, Versioned, short
from tgfair.models.fair import Zone


class PlanVersion(Base):
    """A drawing in the format `tgfair-plan/1`; a published one is never changed."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("fair_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


@event.listens_for(PlanVersion, "before_update")
def _refuse_redrawing(_mapper: Mapper[Any], _connection: Connection, row: PlanVersion) -> None:
    """A version is what people were shown: whoever wants another drawing makes the next one."""
    if inspect(row).attrs.document.history.has_changes():
        raise TypeError("a plan version is never redrawn")


class PlanDraft(Versioned, Base):
    """The one drawing of a fair that is being worked on; publishing makes it a `PlanVersion`."""

    __tablename__ = "plan_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), unique=True)
    # What is being drawn may have double labels or no booth yet: see core/layout/draft.py.
    document: Mapped[dict[str, Any]]
    # The version it began from; another one published since is a conflict.
    base_number: Mapped[int]
    # A photograph or scan to draw over, by its digest; never part of a version.
    picture_sha256: Mapped[str | None] = mapped_column(short(64))
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Booth(Versioned, Base):
    """A booth, table or plot: inventory with a place in metres."""

    __tablename__ = "booth"
    __table_args__ = (
        UniqueConstraint("fair_id", "label"),
        UniqueConstraint("fair_id", "plan_object_id"),
        CheckConstraint("width_m > 0 AND depth_m > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="RESTRICT"), index=True)
    plan_object_id: Mapped[str] = mapped_column(short(36))
    label: Mapped[str] = mapped_column(short(12))
    x_m: Mapped[float]
    y_m: Mapped[float]
    width_m: Mapped[float]
    depth_m: Mapped[float]
    rotation: Mapped[float] = mapped_column(default=0)
    front: Mapped[str | None] = mapped_column(short(1))
    power_w: Mapped[int] = mapped_column(default=0)
    water: Mapped[bool] = mapped_column(default=False)
    cooling: Mapped[bool] = mapped_column(default=False)
    cooking: Mapped[bool] = mapped_column(default=False)
    corner: Mapped[bool] = mapped_column(default=False)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    funding: Mapped[str | None] = mapped_column(short(24))
    # Not to be assigned, with the reason.
    blocked_reason: Mapped[str | None] = mapped_column(short(200))
    note: Mapped[str | None] = mapped_column(short(300))

    zone: Mapped[Zone] = relationship()
