"""Uploaded register files on their way from upload to applied."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tgfair.models.base import Base, short, text_enum


class ImportState(StrEnum):
    """Steps of an import."""

    UPLOADED = "uploaded"
    APPLIED = "applied"
    DISCARDED = "discarded"


class RegisterImport(Base):
    """One uploaded file; the preview is computed from the file again, never stored half-applied."""

    __tablename__ = "register_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    filename: Mapped[str] = mapped_column(short(120))
    file_sha256: Mapped[str] = mapped_column(short(64))
    size: Mapped[int]
    mapping: Mapped[dict[str, Any] | None]
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    summary: Mapped[dict[str, Any] | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
