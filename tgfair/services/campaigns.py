"""Compose a notice for many: keep it, keep its filter, try it on oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models.account import User
from tgfair.models.campaign import (
    Campaign,
    CampaignKind,
    CampaignState,
    Language,
    SavedFilter,
)
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.campaign_words import CAMPAIGN_TEST, Target
from tgfair.services.idempotency import once
from tgfair.services.identifiers import public_id
from tgfair.services.queries.audiences import Wanted, clean_wanted
from tgfair.services.uow import check_seen, find, transaction

MOST_BODY = 6000
FASTEST, SLOWEST = 6000, 1


class CampaignMovedError(ConflictError):
    """The notice is not where the button found it: sent, paused or stopped by somebody else."""

    code = "campaign_moved"

    def message(self) -> str:
        """Say to look again."""
        return "Thông báo này vừa được gửi, dừng hoặc sửa. Hãy tải lại trang."


@dataclass(frozen=True)
class Draft:
    """What the composer's form holds."""

    title: str
    source: str
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    subject_en: str = ""
    body_en: str = ""
    language: str = Language.VI
    with_letter: bool = False
    with_calendar: bool = False
    per_minute: int = 60


def create_campaign(actor: Actor, fair_slug: str, draft: Draft, *, now: datetime, key: str) -> str:
    """Begin a notice and return its public id; the same `key` twice begins one."""
    with transaction() as session:
        fair = _fair(session, actor, fair_slug)
        name = public_id()
        body = {"fair": fair.id, "title": draft.title, "user": actor.user_id}
        told = once(session, key, body, now=now, result={"campaign": name})
        if told:
            return str(told["campaign"])
        campaign = Campaign(
            public_id=name,
            fair_id=fair.id,
            kind=CampaignKind.NOTICE,
            title="",
            created_by_id=actor.user_id,
            created_at=now,
        )
        _write(campaign, draft)
        session.add(campaign)
        record(session, actor, "campaign.created", campaign, now=now)
        return name


def save_campaign(
    actor: Actor, campaign_id: str, draft: Draft, *, seen_version: int, now: datetime
) -> None:
    """Keep what was typed.

    Raises:
        ConflictError: somebody else has saved it meanwhile, or it is on its way.
        InvalidError: a field is too long or a number out of range.
    """
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.DRAFT)
        check_seen(campaign, seen_version)
        _write(campaign, draft)
        record(session, actor, "campaign.saved", campaign, now=now)


def delete_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> None:
    """Throw a draft away."""
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.DRAFT)
        record(session, actor, "campaign.deleted", campaign, now=now, title=campaign.title)
        session.delete(campaign)


def save_filter(
    actor: Actor, fair_slug: str, name: str, wanted: Wanted, *, now: datetime
) -> SavedFilter:
    """Keep a filter under a name; the same name again changes it.

    Raises:
        InvalidError: no name.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise InvalidError("Hãy đặt tên cho bộ lọc.", field="filter_name")
    with transaction() as session:
        fair = _fair(session, actor, fair_slug)
        row = session.scalars(
            select(SavedFilter).where(SavedFilter.fair_id == fair.id, SavedFilter.name == name)
        ).one_or_none()
        if row is None:
            row = SavedFilter(
                fair_id=fair.id, name=name, created_by_id=actor.user_id, created_at=now
            )
            session.add(row)
        row.source, row.conditions = wanted.source, dict(wanted.conditions)
        record(session, actor, "filter.saved", row, now=now, name=name)
        return row


def use_filter(actor: Actor, campaign_id: str, name: str, *, now: datetime) -> None:
    """Give a draft the audience that a saved filter names.

    Raises:
        InvalidError: there is no filter of that name.
    """
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.DRAFT)
        row = session.scalars(
            select(SavedFilter).where(
                SavedFilter.fair_id == campaign.fair_id, SavedFilter.name == name
            )
        ).one_or_none()
        if row is None:
            raise InvalidError("Không còn bộ lọc này. Hãy chọn bộ lọc khác.")
        campaign.source, campaign.conditions = row.source, dict(row.conditions)
        record(session, actor, "campaign.saved", campaign, now=now, filter=row.name)


def send_test(actor: Actor, campaign_id: str, target: Target | None, *, now: datetime) -> str:
    """Mail the notice as `target` would get it to the actor, and return the address.

    Raises:
        InvalidError: the actor has no address, or the notice finds nobody.
    """
    if target is None:
        raise InvalidError("Bộ lọc chưa có người nhận nào để làm mẫu.")
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id)
        user = session.get(User, actor.user_id) if actor.user_id else None
        if user is None or not user.email:
            raise InvalidError("Tài khoản của bạn chưa có thư điện tử để nhận thư thử.")
        enqueue(
            session,
            CAMPAIGN_TEST,
            Recipient(user.name, user.email),
            dedupe=f"{campaign.id}:{user.id}:{clock.real_now():%y%m%d%H%M%S}",
            now=now,
            links=Links(fair_id=campaign.fair_id),
            campaign=campaign.id,
            exhibitor=target.exhibitor.id,
            application=target.application.id if target.application else None,
        )
        return user.email


def load_campaign(
    session: Session, actor: Actor, campaign_id: str, *states: CampaignState
) -> Campaign:
    """Return a notice, locked, that stands in one of `states` (none: any).

    Raises:
        CampaignMovedError: it stands elsewhere.
    """
    campaign = find(
        session, Campaign, Campaign.public_id == campaign_id, visible_to(actor, Campaign)
    )
    require(actor, Action.SEND_MESSAGES, campaign)
    session.refresh(campaign, with_for_update=True)
    if states and campaign.state not in states:
        raise CampaignMovedError
    return campaign


def _fair(session: Session, actor: Actor, slug: str) -> Fair:
    fair = find(session, Fair, Fair.slug == slug, visible_to(actor, Fair))
    require(actor, Action.SEND_MESSAGES, fair)
    return fair


def _write(campaign: Campaign, draft: Draft) -> None:
    if not draft.title.strip():
        raise InvalidError("Hãy đặt tên cho thông báo để tìm lại.", field="title")
    if not SLOWEST <= draft.per_minute <= FASTEST:
        raise InvalidError("Tốc độ từ 1 đến 6.000 thư mỗi phút.", field="per_minute")
    for name in ("body", "body_en"):
        if len(getattr(draft, name)) > MOST_BODY:
            raise InvalidError(f"Nội dung dài nhất {MOST_BODY} ký tự.", field=name)
    wanted = clean_wanted(draft.source, draft.conditions)
    campaign.title = " ".join(draft.title.split())[:160]
    campaign.source, campaign.conditions = wanted.source, dict(wanted.conditions)
    for name in ("subject", "subject_en"):
        setattr(campaign, name, " ".join(getattr(draft, name).split())[:160])
    campaign.body, campaign.body_en = draft.body.strip(), draft.body_en.strip()
    known = draft.language in set(Language)
    campaign.language = Language(draft.language) if known else Language.VI
    campaign.with_letter, campaign.with_calendar = draft.with_letter, draft.with_calendar
    campaign.per_minute = draft.per_minute
