"""Applications: draft answers, checked columns, products, people, fixes, history."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.core.workflow import Event, State
from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair

if TYPE_CHECKING:
    from tgfair.models.attachment import Attachment

NOT_FINAL = "state NOT IN ('rejected', 'withdrawn', 'cancelled')"


class Application(Versioned, Base):
    """A subject's application to a fair.

    While it is a draft, `answers` holds what was typed, valid or not, by step. The other columns
    are filled from it when it is submitted, and are what everybody else reads.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_live",
            "fair_id",
            "exhibitor_id",
            unique=True,
            sqlite_where=text(NOT_FINAL),
            postgresql_where=text(NOT_FINAL),
        ),
        Index("ix_application_fair_state", "fair_id", "state"),
        CheckConstraint("booths_wanted BETWEEN 1 AND 50", name="booths_wanted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Read out over the telephone, printed on the receipt: fair code + six Crockford characters.
    code: Mapped[str] = mapped_column(short(24), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[State] = mapped_column(text_enum(State), default=State.DRAFT)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime]

    contact_name: Mapped[str | None] = mapped_column(short(120))
    contact_phone: Mapped[str | None] = mapped_column(short(16))
    contact_email: Mapped[str | None] = mapped_column(short(254))
    fascia_name: Mapped[str | None] = mapped_column(short(40))
    description: Mapped[str | None] = mapped_column(short(600))
    booths_wanted: Mapped[int] = mapped_column(default=1)
    # Codes of up to three zones, best first.
    wishes: Mapped[list[Any]] = mapped_column(default=list)
    power_w: Mapped[int] = mapped_column(default=0)
    water: Mapped[bool] = mapped_column(default=False)
    cooling: Mapped[bool] = mapped_column(default=False)
    cooking: Mapped[bool] = mapped_column(default=False)
    needs_note: Mapped[str | None] = mapped_column(short(400))

    submitted_at: Mapped[datetime | None]
    # The person who pressed "send": a member, nobody (personal link), or an officer ("nộp hộ").
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision_reason: Mapped[str | None] = mapped_column(short(600))
    fix_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    staff_note: Mapped[str | None] = mapped_column(short(1000))
    created_at: Mapped[datetime]

    fair: Mapped[Fair] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
    products: Mapped[list[ApplicationProduct]] = relationship(
        cascade="all, delete-orphan", order_by="ApplicationProduct.id"
    )
    people: Mapped[list[ApplicationPerson]] = relationship(
        cascade="all, delete-orphan", order_by="ApplicationPerson.id"
    )
    fixes: Mapped[list[Fix]] = relationship(cascade="all, delete-orphan", order_by="Fix.id")
    history: Mapped[list[ApplicationEvent]] = relationship(
        cascade="all, delete-orphan", order_by="ApplicationEvent.id"
    )
    attachments: Mapped[list[Attachment]] = relationship(
        cascade="all, delete-orphan", order_by="Attachment.id", back_populates="application"
    )


class ApplicationProduct(Base):
    """What will be shown: a snapshot, since a later change of the register changes no decision."""

    __tablename__ = "application_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(short(200))
    group: Mapped[str | None] = mapped_column("product_group", short(24))
    stars: Mapped[int | None]
    decision_no: Mapped[str | None] = mapped_column(short(60))
    expires_on: Mapped[date | None]
    # State of the certificate on the fair's last day.
    certificate_state: Mapped[str | None] = mapped_column(short(12))
    search_fold: Mapped[str] = mapped_column(short(400))


class ApplicationPerson(Base):
    """Somebody at the booth, named for a badge."""

    __tablename__ = "application_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(short(120))
    phone: Mapped[str | None] = mapped_column(short(16))


class Fix(Base):
    """One thing to mend, on the one complete list of a return."""

    __tablename__ = "fix"
    __table_args__ = (UniqueConstraint("application_id", "round", "step", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    round: Mapped[int]
    # Step of the form (contact, products, booth, people, files) and the field in it.
    step: Mapped[str] = mapped_column(short(16))
    field: Mapped[str] = mapped_column(short(60))
    text: Mapped[str] = mapped_column(short(400))
    resolved_at: Mapped[datetime | None]


class ApplicationEvent(Base):
    """One line of an application's history."""

    __tablename__ = "application_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    event: Mapped[Event] = mapped_column(text_enum(Event))
    from_state: Mapped[State] = mapped_column(text_enum(State))
    to_state: Mapped[State] = mapped_column(text_enum(State))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Both names of a "nộp hộ", or "đường dẫn mời" for somebody without an account.
    actor_label: Mapped[str] = mapped_column(short(200))
    reason: Mapped[str | None] = mapped_column(short(600))
