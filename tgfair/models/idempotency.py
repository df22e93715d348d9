"""Keys of forms already carried out: pressing twice makes one application."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short


class IdempotencyKey(Base):
    """Stored in the transaction of its effect; another body under the same key is a conflict."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(short(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(short(64))
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
