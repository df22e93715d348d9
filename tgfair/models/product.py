"""Products and the certificates they hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, short

if TYPE_CHECKING:
    from tgfair.models.exhibitor import Exhibitor


class Product(Base):
    """A product of a subject, with its certificates."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(short(200))
    taxonomy: Mapped[str] = mapped_column(short(60), default="148/QĐ-TTg 2023")
    group: Mapped[str | None] = mapped_column("product_group", short(24), index=True)
    set: Mapped[str | None] = mapped_column("product_set", short(24))
    note: Mapped[str | None] = mapped_column(short(400))
    in_register: Mapped[bool] = mapped_column(default=False)
    search_fold: Mapped[str] = mapped_column(short(400))
    created_at: Mapped[datetime]

    exhibitor: Mapped[Exhibitor] = relationship(back_populates="products")
    certificates: Mapped[list[Certificate]] = relationship(
        back_populates="product", cascade="all, delete-orphan", order_by="Certificate.id"
    )


class Certificate(Base):
    """A recognition of one product: OCOP stars and others, 36 months (QĐ 148/QĐ-TTg 2023).

    The issuer's level is data, never derived from the stars.
    """

    __tablename__ = "certificate"
    __table_args__ = (CheckConstraint("stars IS NULL OR stars BETWEEN 3 AND 5", name="stars"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    scheme: Mapped[str] = mapped_column(short(24), default="ocop")
    stars: Mapped[int | None]
    decision_no: Mapped[str | None] = mapped_column(short(60))
    issuer: Mapped[str | None] = mapped_column(short(120))
    issuer_level: Mapped[str | None] = mapped_column(short(16))
    issued_on: Mapped[date | None]
    issued_precision: Mapped[str | None] = mapped_column(short(8))
    expires_on: Mapped[date | None]
    expires_from: Mapped[str | None] = mapped_column(short(12))
    revoked: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = relationship(back_populates="certificates")
