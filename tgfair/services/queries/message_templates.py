"""Reads of templates of notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tgfair.core.errors import NotFoundError
from tgfair.models.campaign import MessageTemplate, TemplateVersion
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.uow import reader

MOST_HEX = 9


def templates_of(actor: Actor, fair: Fair) -> Sequence[MessageTemplate]:
    """Return the templates in use with their versions, the newest version first."""
    require(actor, Action.SEND_MESSAGES, fair)
    return (
        reader()
        .scalars(
            select(MessageTemplate)
            .where(MessageTemplate.archived_at.is_(None))
            .options(selectinload(MessageTemplate.versions))
            .order_by(MessageTemplate.name)
        )
        .all()
    )


def version_of(actor: Actor, fair: Fair, number: str) -> TemplateVersion:
    """Return one version by its id.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Action.SEND_MESSAGES, fair)
    if not number.isascii() or not number.isdigit() or len(number) > MOST_HEX:
        raise NotFoundError
    version = reader().get(TemplateVersion, int(number))
    if version is None:
        raise NotFoundError
    return version
