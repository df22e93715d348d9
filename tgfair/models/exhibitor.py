"""Exhibitors (chủ thể), who belongs to them, and proposals to merge doubles."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.product import Product


class ExhibitorKind(StrEnum):
    """Legal forms of a subject (domain.md, section 9)."""

    COOPERATIVE = "cooperative"
    COOP_UNION = "coop_union"
    COOP_GROUP = "coop_group"
    COMPANY = "company"
    HOUSEHOLD_BUSINESS = "household_business"
    PRODUCER_HOUSEHOLD = "producer_household"
    FARM = "farm"
    ASSOCIATION = "association"
    PUBLIC_UNIT = "public_unit"
    PROVINCE_DELEGATION = "province_delegation"
    OTHER = "other"


class ContactSource(StrEnum):
    """Where the contact data came from: on re-import the subject's own edit wins."""

    REGISTER = "register"
    SELF = "self"
    STAFF = "staff"


class Exhibitor(Versioned, Base):
    """A subject that lasts across fairs."""

    __tablename__ = "exhibitor"
    __table_args__ = (
        # Identity binds verified records only; a typed tax code blocks nobody (design.md, 5).
        Index(
            "uq_exhibitor_verified_tax_code",
            "tax_code",
            unique=True,
            sqlite_where=text("is_verified AND tax_code IS NOT NULL"),
            postgresql_where=text("is_verified AND tax_code IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    kind: Mapped[ExhibitorKind] = mapped_column(text_enum(ExhibitorKind))
    name: Mapped[str] = mapped_column(short(200))
    tax_code: Mapped[str | None] = mapped_column(short(16), index=True)
    tax_code_kind: Mapped[str | None] = mapped_column(short(16))
    representative: Mapped[str | None] = mapped_column(short(120))
    honorific: Mapped[str | None] = mapped_column(short(8))
    representative_title: Mapped[str | None] = mapped_column(short(80))
    phone: Mapped[str | None] = mapped_column(short(16), index=True)
    other_phones: Mapped[str | None] = mapped_column(short(80))
    email: Mapped[str | None] = mapped_column(short(254), index=True)
    address: Mapped[str | None] = mapped_column(short(300))
    unit_old: Mapped[str | None] = mapped_column(short(8))
    unit_new: Mapped[str | None] = mapped_column(short(8), index=True)
    contact_source: Mapped[ContactSource] = mapped_column(
        text_enum(ContactSource), default=ContactSource.REGISTER
    )
    is_verified: Mapped[bool] = mapped_column(default=False)
    in_register: Mapped[bool] = mapped_column(default=False)
    # What the register calls it (S007); later files name the same subject by it.
    register_ref: Mapped[str | None] = mapped_column(short(24), unique=True)
    # Opted to show telephone on the public page.
    publish_phone: Mapped[bool] = mapped_column(default=False)
    email_bounced_at: Mapped[datetime | None]
    search_fold: Mapped[str] = mapped_column(short(400))
    sort_key: Mapped[str] = mapped_column(short(800), index=True)
    created_at: Mapped[datetime]

    products: Mapped[list[Product]] = relationship(
        back_populates="exhibitor", cascade="all, delete-orphan", order_by=Product.id
    )
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="exhibitor", cascade="all, delete-orphan"
    )


class MemberRole(StrEnum):
    """Owner: everything of the own record; staff: all but membership and withdrawal."""

    OWNER = "owner"
    STAFF = "staff"


class Membership(Base):
    """A user acting for an exhibitor."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "exhibitor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[MemberRole] = mapped_column(text_enum(MemberRole))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    exhibitor: Mapped[Exhibitor] = relationship(back_populates="memberships")


class MergeProposal(Base):
    """Two records that may be one subject; a person decides."""

    __tablename__ = "merge_proposal"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("exhibitor.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("exhibitor.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(short(300))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    merged: Mapped[bool | None]

    first: Mapped[Exhibitor] = relationship(foreign_keys=[first_id])
    second: Mapped[Exhibitor] = relationship(foreign_keys=[second_id])
