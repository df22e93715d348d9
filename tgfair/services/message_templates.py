"""Templates of notices: each saving adds a version, none is ever changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.models.campaign import Campaign, MessageTemplate, TemplateVersion
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.campaigns import load_campaign
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, transaction

MOST_NAME = 80
TEXTS = ("subject", "body", "subject_en", "body_en")


def save_as_template(actor: Actor, campaign_id: str, name: str, *, now: datetime) -> int:
    """Keep a notice's texts as the newest version of the template `name`; return its number.

    Raises:
        InvalidError: no name, no text, or the newest version says the same.
    """
    name = " ".join(name.split())[:MOST_NAME]
    if not name:
        raise InvalidError("Hãy đặt tên cho mẫu.", field="template_name")
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id)
        if not campaign.subject or not campaign.body:
            raise InvalidError("Hãy ghi tiêu đề và nội dung trước khi lưu thành mẫu.")
        template = _template(session, name, now)
        version = _next_version(session, template, campaign)
        version.created_by_id, version.created_by = actor.user_id, actor.label
        version.created_at = now
        session.add(version)
        template.archived_at = None
        record(session, actor, "template.saved", template, now=now, version=version.number)
        return version.number


def archive_template(actor: Actor, template_id: str, *, now: datetime) -> str:
    """Put a template away; its versions stay. Return its name."""
    with transaction() as session:
        require(actor, Action.MANAGE_FAIRS)
        template = find(session, MessageTemplate, MessageTemplate.public_id == template_id)
        template.archived_at = now
        record(session, actor, "template.archived", template, now=now)
        return template.name


def _template(session: Session, name: str, now: datetime) -> MessageTemplate:
    template = session.scalars(
        select(MessageTemplate).where(MessageTemplate.name == name)
    ).one_or_none()
    if template is None:
        template = MessageTemplate(public_id=public_id(), name=name, created_at=now)
        session.add(template)
        session.flush()
    return template


def _next_version(
    session: Session, template: MessageTemplate, campaign: Campaign
) -> TemplateVersion:
    newest = session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template.id)
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    ).one_or_none()
    texts = {name: getattr(campaign, name) for name in TEXTS}
    if newest is not None and all(getattr(newest, name) == texts[name] for name in TEXTS):
        raise InvalidError("Mẫu này đã có đúng nội dung ấy, không cần lưu thêm.")
    last = select(func.max(TemplateVersion.number)).where(
        TemplateVersion.template_id == template.id
    )
    return TemplateVersion(template_id=template.id, number=(session.scalar(last) or 0) + 1, **texts)
