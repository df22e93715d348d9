"""What the organisers decide on the badges of a fair: numbers a booth, looks, sponsors' logos."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.core.badge_design import MAX_LOGOS
from tgfair.core.badge_rules import BadgeRules, keep_rules, read_rules
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.documents.portraits import logo
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.file_store import file_store
from tgfair.services.uow import check_seen, find, reader, transaction


def save_badge_rules(
    actor: Actor, fair_id: int, rules: BadgeRules, *, seen_version: int, now: datetime
) -> None:
    """Replace numbers and looks; the logos stay as they are kept.

    Raises:
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = _fair(session, actor, fair_id)
        check_seen(fair, seen_version)
        kept = read_rules(fair.badge_rules).design.logos
        _keep(session, actor, fair, replace(rules, design=replace(rules.design, logos=kept)), now)


def add_logo(actor: Actor, fair_id: int, data: bytes, *, now: datetime) -> None:
    """Add a sponsor's logo behind the others.

    Raises:
        UploadRefusedError: with the sentence for the picture.
        InvalidError: there are four already.
    """
    _fair(reader(), actor, fair_id)
    digest = file_store().put(logo(data))
    with transaction() as session:
        fair = _fair(session, actor, fair_id)
        session.refresh(fair, with_for_update=True)
        rules = read_rules(fair.badge_rules)
        logos = tuple(one for one in rules.design.logos if one != digest)
        if len(logos) >= MAX_LOGOS:
            sentence = f"Thẻ có chỗ cho {MAX_LOGOS} dấu hiệu. Hãy bỏ bớt rồi thêm."
            raise InvalidError(sentence, field="logo")
        _keep(session, actor, fair, _with_logos(rules, (*logos, digest)), now)


def remove_logo(actor: Actor, fair_id: int, digest: str, *, now: datetime) -> None:
    """Take a logo off; raises NotFoundError when it is not there."""
    with transaction() as session:
        fair = _fair(session, actor, fair_id)
        session.refresh(fair, with_for_update=True)
        rules = read_rules(fair.badge_rules)
        if digest not in rules.design.logos:
            raise NotFoundError
        left = tuple(one for one in rules.design.logos if one != digest)
        let_go(session, digest, now=now, fair_id=fair.id)
        _keep(session, actor, fair, _with_logos(rules, left), now)


def logo_of(actor: Actor, fair_id: int, digest: str) -> bytes:
    """Return the JPEG of one of the fair's logos.

    Raises:
        NotFoundError: it is not one of them.
    """
    fair = _fair(reader(), actor, fair_id)
    if digest not in read_rules(fair.badge_rules).design.logos:
        raise NotFoundError
    return file_store().read(digest)


def _fair(session: Session, actor: Actor, fair_id: int) -> Fair:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.MANAGE_BADGES, fair)
    return fair


def _with_logos(rules: BadgeRules, logos: tuple[str, ...]) -> BadgeRules:
    return replace(rules, design=replace(rules.design, logos=logos))


def _keep(session: Session, actor: Actor, fair: Fair, rules: BadgeRules, now: datetime) -> None:
    fair.badge_rules = keep_rules(rules)
    record(session, actor, "fair.badge_rules", fair, now=now, fair_id=fair.id)
