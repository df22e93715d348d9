"""Administrative units. Codes were reused in July 2025, so the key is (code, valid_from)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class AdminUnit(Base):
    """A province, old district, commune, ward or township in one period of validity."""

    __tablename__ = "admin_unit"

    code: Mapped[str] = mapped_column(short(8), primary_key=True)
    # The smallest date stands for "before these data begin".
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(short(120))
    kind: Mapped[str] = mapped_column(short(16))
    district: Mapped[str | None] = mapped_column(short(8))
    province_code: Mapped[str] = mapped_column(short(8))
    search_fold: Mapped[str] = mapped_column(short(120), index=True)
    sort_key: Mapped[str] = mapped_column(short(400))


class AdminUnitMap(Base):
    """Which commune of today an old commune went to."""

    __tablename__ = "admin_unit_map"

    old_code: Mapped[str] = mapped_column(short(8), primary_key=True)
    new_code: Mapped[str] = mapped_column(short(8), index=True)
