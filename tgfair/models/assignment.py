"""Who stands where: assignments, runs, and what was published."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.booth import Booth


class AssignmentState(StrEnum):
    """`held` and `live` occupy the booth; the database lets one row do so."""

    PROPOSED = "proposed"
    HELD = "held"
    LIVE = "live"
    RELEASED = "released"


OCCUPYING = (AssignmentState.HELD, AssignmentState.LIVE)


class AssignmentSource(StrEnum):
    """How the booth was found."""

    HAND = "hand"
    HOLD = "hold"
    DRAW = "draw"
    OPTIMISER = "optimiser"
    OFFER = "offer"


class RunState(StrEnum):
    """Life of a plan: queued and running are sought by a job, the others can be looked at."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


OCCUPIES = "state IN ('held', 'live')"
PICKING = "state = 'held' AND source = 'hold'"


class AllocationRun(Versioned, Base):
    """A plan of assignments (phương án): of a draw, of the optimiser (PA2), by hand on it (PA2.1).

    What the optimiser found is never changed; changes by hand go to a copy, whose `edits` keep
    what stood before each. Nobody stands anywhere by a plan until it is published.
    """

    __tablename__ = "allocation_run"
    __table_args__ = (UniqueConstraint("fair_id", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(short(24))
    source: Mapped[AssignmentSource] = mapped_column(text_enum(AssignmentSource))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_run.id"))
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.DONE)
    # What was asked for: mode, seed, seconds, kept places, required applications.
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    inputs_digest: Mapped[str] = mapped_column(short(64))
    result: Mapped[dict[str, Any]]
    # Codes of applications that stay where they are, and the changes made by hand.
    locked: Mapped[list[Any]] = mapped_column(default=list)
    edits: Mapped[list[Any]] = mapped_column(default=list)
    # What the running search tells: best so far, bound, how many are left without.
    news: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stop_asked_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    finished_at: Mapped[datetime | None]


class Assignment(Base):
    """A booth given to an application. The partial unique index is the judge (design.md, 1.4)."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_booth_occupied",
            "booth_id",
            unique=True,
            sqlite_where=text(OCCUPIES),
            postgresql_where=text(OCCUPIES),
        ),
        # Who picks holds one booth at a time; an offer may keep several for one application.
        Index(
            "uq_assignment_application_picking",
            "application_id",
            unique=True,
            sqlite_where=text(PICKING),
            postgresql_where=text(PICKING),
        ),
        CheckConstraint("state IN ('proposed', 'held', 'live', 'released')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[AssignmentSource] = mapped_column(text_enum(AssignmentSource))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_run.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(text_enum(AssignmentState))
    held_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None] = mapped_column(short(300))

    booth: Mapped[Booth] = relationship()
    application: Mapped[Application] = relationship()


class BoothShare(Base):
    """The second application at a booth or table (co-exhibitor), beside the assignment's holder."""

    __tablename__ = "booth_share"
    # Two subjects may share a table, not three; and one application shares one place at a time.
    __table_args__ = (UniqueConstraint("assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]

    assignment: Mapped[Assignment] = relationship()


class Publication(Base):
    """A frozen version of who stands where: what producers and visitors see."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("fair_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    number: Mapped[int]
    plan_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    # The plan of assignments that was published, if it was one.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_run.id"))
    note: Mapped[str | None] = mapped_column(short(400))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    rows: Mapped[list[PublicationRow]] = relationship(cascade="all, delete-orphan")


class PublicationRow(Base):
    """One booth of one application in a published version."""

    __tablename__ = "publication_row"
    __table_args__ = (UniqueConstraint("publication_id", "booth_id", "application_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )

    booth: Mapped[Booth] = relationship()
    application: Mapped[Application] = relationship()
