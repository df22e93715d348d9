"""What officers write to many at once: templates with their versions, saved filters, campaigns."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.fair import Fair


class AudienceSource(StrEnum):
    """Where the recipients of a notice come from."""

    EXHIBITORS = "exhibitors"
    APPLICATIONS = "applications"
    BOOTHS = "booths"
    BADGES = "badges"
    DELEGATES = "delegates"


class Language(StrEnum):
    """In which language a notice goes out; both: Vietnamese first."""

    VI = "vi"
    EN = "en"
    BOTH = "both"


class MessageTemplate(Base):
    """A text to start from. Its words lie in its versions; none is ever changed."""

    __tablename__ = "message_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    name: Mapped[str] = mapped_column(short(80), unique=True)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    versions: Mapped[list[TemplateVersion]] = relationship(
        back_populates="template",
        cascade="all, delete-orphan",
        order_by="TemplateVersion.number.desc()",
    )


class TemplateVersion(Base):
    """One version of a template: who wrote it, and when."""

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("message_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(short(160))
    body: Mapped[str]
    subject_en: Mapped[str] = mapped_column(short(160), default="")
    body_en: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_by: Mapped[str] = mapped_column(short(200), default="")
    created_at: Mapped[datetime]

    template: Mapped[MessageTemplate] = relationship(back_populates="versions")


class SavedFilter(Base):
    """A named audience of a fair; whom it holds is asked anew each time."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("fair_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(short(80))
    source: Mapped[AudienceSource] = mapped_column(text_enum(AudienceSource))
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class CampaignKind(StrEnum):
    """A composed notice, or proposed messages that were released together."""

    NOTICE = "notice"
    RELEASE = "release"


class CampaignState(StrEnum):
    """Whether it is over is seen from its messages: none waits any more."""

    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Campaign(Versioned, Base):
    """Messages sent at one press of a button; can be paused, resumed, stopped and undone."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("per_minute BETWEEN 1 AND 6000", name="per_minute"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CampaignKind] = mapped_column(text_enum(CampaignKind))
    title: Mapped[str] = mapped_column(short(160))
    source: Mapped[AudienceSource] = mapped_column(
        text_enum(AudienceSource), default=AudienceSource.APPLICATIONS
    )
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The version of a template that the text began with.
    version_used_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_version.id", ondelete="SET NULL")
    )
    subject: Mapped[str] = mapped_column(short(160), default="")
    body: Mapped[str] = mapped_column(default="")
    subject_en: Mapped[str] = mapped_column(short(160), default="")
    body_en: Mapped[str] = mapped_column(default="")
    language: Mapped[Language] = mapped_column(text_enum(Language), default=Language.VI)
    with_letter: Mapped[bool] = mapped_column(default=False)
    with_calendar: Mapped[bool] = mapped_column(default=False)
    per_minute: Mapped[int] = mapped_column(default=60)
    send_at: Mapped[datetime | None]
    state: Mapped[CampaignState] = mapped_column(
        text_enum(CampaignState), default=CampaignState.DRAFT
    )
    # How many it was meant for when somebody pressed "send".
    total: Mapped[int] = mapped_column(default=0)
    # Nothing leaves before this instant: until then it can be undone.
    undo_until: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
