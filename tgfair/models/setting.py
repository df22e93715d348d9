"""Settings that an administrator changes while the system runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class Setting(Base):
    """A named value; `value` is an object with the key `v`."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(short(48), primary_key=True)
    value: Mapped[dict[str, Any]]
