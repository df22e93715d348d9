"""One application as its reviewer sees it: answers as sent, findings, history, other fairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tgfair.core.calendar_text import VIETNAM, vn_datetime
from tgfair.core.decision import default_deadline
from tgfair.core.errors import NotFoundError
from tgfair.core.layout.suitability import ZoneFacts
from tgfair.core.phone import display_phone
from tgfair.core.review import Check, Difference, Facts, ProductFacts, Twin, checks_of, differences
from tgfair.core.workflow import EVENT_LABELS, STATE_LABELS, Event, allowed_events
from tgfair.models.account import RoleGrant, User
from tgfair.models.application import Application, ApplicationProduct, Fix
from tgfair.models.attachment import Attachment
from tgfair.models.audit import AuditEntry
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair, Zone
from tgfair.models.product import Product
from tgfair.policy import Action, Actor, can, visible_to
from tgfair.services.application_inputs import offered_products
from tgfair.services.applications import current_fixes
from tgfair.services.queries.applications import needs_words, papers_missing
from tgfair.services.queries.twins import twins_of_one
from tgfair.services.reviews import REVIEWING
from tgfair.services.suiting import facts_of, needs_of
from tgfair.services.uow import reader

MAX_SEEN = 20_000
# What is done to an application without moving it.
ACTS = {"application.note": "Sửa ghi chú", "application.reviewer": "Đổi người phụ trách"}


@dataclass(frozen=True)
class ReviewPage:
    """An application with all that its review page shows."""

    application: Application
    checks: tuple[Check, ...]
    fixes: tuple[Fix, ...]
    events: tuple[Event, ...]
    elsewhere: Sequence[Application]
    officers: Sequence[User]
    deadline: datetime
    fields: dict[str, str]
    reviews: bool

    @property
    def seen(self) -> str:
        """Return what the page shows, to be compared when somebody was faster."""
        newest = max((event.id for event in self.application.history), default=0)
        return json.dumps([newest, self.fields], ensure_ascii=False)

    @property
    def deadline_day(self) -> date:
        """Return the day that is proposed for the deadline."""
        return self.deadline.astimezone(VIETNAM).date()

    def files_of(self, product: ApplicationProduct) -> list[Attachment]:
        """Return the files that belong to one product."""
        mine = product.product_id
        return [one for one in self.application.attachments if mine and one.product_id == mine]

    @property
    def other_files(self) -> list[Attachment]:
        """Return the files that belong to no product shown."""
        shown = {one.product_id for one in self.application.products if one.product_id}
        return [one for one in self.application.attachments if one.product_id not in shown]


@dataclass(frozen=True)
class Happening:
    """Something that was done to an application since the page was shown."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class Changes:
    """What is not as it was shown: acts, and words of fields."""

    happenings: tuple[Happening, ...]
    differences: tuple[Difference, ...]


def review_page(
    actor: Actor,
    fair: Fair,
    code: str,
    *,
    now: datetime,
) -> ReviewPage:
    """Return an application of a fair for its review page.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = _application(session, actor, fair, code)
    reviews = can(actor, Action.REVIEW_APPLICATION, application)
    facts = _facts(session, application, twins=reviews)
    return ReviewPage(
        application=application,
        checks=checks_of(facts),
        fixes=tuple(current_fixes(application)),
        events=_events(actor, application, reviews=reviews),
        elsewhere=_elsewhere(session, actor, application),
        officers=officers_of(fair) if reviews else (),
        deadline=default_deadline(fair.supplement_until, now=now, opens_at=fair.opens_at),
        fields=_fields(application),
        reviews=reviews,
    )


def _application(session: Session, actor: Actor, fair: Fair, code: str) -> Application:
    application = session.scalars(
        select(Application)
        .where(
            Application.fair_id == fair.id,
            Application.code == code,
            visible_to(actor, Application),
        )
        .options(
            joinedload(Application.fair).selectinload(Fair.zones),
            joinedload(Application.exhibitor),
            selectinload(Application.products),
            selectinload(Application.people),
            selectinload(Application.fixes),
            selectinload(Application.history),
            selectinload(Application.attachments),
        )
    ).one_or_none()
    if application is None:
        raise NotFoundError
    return application


def _events(actor: Actor, application: Application, *, reviews: bool) -> tuple[Event, ...]:
    mine = {Event.APPROVE, Event.WAITLIST, Event.REJECT, Event.RETURN} if reviews else set()
    if can(actor, Action.CANCEL_APPLICATION, application):
        mine.add(Event.CANCEL)
    return tuple(event for event in allowed_events(application.state) if event in mine)


def _facts(session: Session, application: Application, *, twins: bool) -> Facts:
    fair = application.fair
    kinds = {file.kind for file in application.attachments}
    booths = session.scalars(
        select(Booth)
        .where(Booth.fair_id == fair.id, Booth.blocked_reason.is_(None))
        .options(joinedload(Booth.zone))
    ).all()
    found: list[Twin] = twins_of_one(session, application) if twins else []
    return Facts(
        first_day=fair.first_day,
        last_day=fair.last_day,
        products=_products(session, application),
        needs=needs_of(application),
        booths_wanted=application.booths_wanted,
        max_booths=fair.max_booths,
        wishes=tuple(application.wishes),
        zones={zone.code: _zone_facts(zone) for zone in fair.zones},
        booths=[facts_of(booth)[0] for booth in booths],
        missing_papers=papers_missing(fair, application.products, kinds),
        twins=tuple(found),
    )


def _zone_facts(zone: Zone) -> ZoneFacts:
    return ZoneFacts(
        zone.label,
        None if zone.groups is None else frozenset(zone.groups),
        None if zone.exhibitor_kinds is None else frozenset(zone.exhibitor_kinds),
    )


def _products(session: Session, application: Application) -> tuple[ProductFacts, ...]:
    ids = [one.product_id for one in application.products if one.product_id]
    keys = dict(
        session.execute(select(Product.public_id, Product.id).where(Product.id.in_(ids))).all()
    )
    on_record = offered_products(session, application.exhibitor_id)
    last_day = application.fair.last_day
    today = {keys[one.key]: one.state_on(last_day) for one in on_record if one.key in keys}
    return tuple(
        ProductFacts(
            one.name,
            one.group,
            one.certificate_state,
            one.expires_on,
            today.get(one.product_id or 0),
        )
        for one in application.products
    )


def _elsewhere(session: Session, actor: Actor, application: Application) -> Sequence[Application]:
    return session.scalars(
        select(Application)
        .join(Fair)
        .where(
            Application.exhibitor_id == application.exhibitor_id,
            Application.id != application.id,
            visible_to(actor, Application),
        )
        .options(joinedload(Application.fair))
        .order_by(Fair.first_day.desc(), Application.id.desc())
    ).all()


def officers_of(fair: Fair) -> Sequence[User]:
    """Return those who may be given applications of a fair, by name."""
    grants = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(REVIEWING),
        RoleGrant.fair_id.is_(None) | (RoleGrant.fair_id == fair.id),
    )
    statement = select(User).where(User.is_active, User.id.in_(grants)).order_by(User.name)
    return reader().scalars(statement).all()


def _fields(application: Application) -> dict[str, str]:
    """Return the words of all that an officer looks at, by label."""
    one = application
    people = [f"{p.name} {display_phone(p.phone) if p.phone else ''}".strip() for p in one.people]
    return {
        "Trạng thái": STATE_LABELS[one.state],
        "Người liên hệ": one.contact_name or "",
        "Điện thoại": display_phone(one.contact_phone) if one.contact_phone else "",
        "Thư điện tử": one.contact_email or "",
        "Sản phẩm": ", ".join(product.name for product in one.products),
        "Giới thiệu": one.description or "",
        "Tên trên bảng": one.fascia_name or "",
        "Số gian": str(one.booths_wanted),
        "Nguyện vọng": ", ".join(map(str, one.wishes)),
        "Nhu cầu": needs_words(one),
        "Yêu cầu khác": one.needs_note or "",
        "Người trực": ", ".join(people),
        "Ảnh và giấy tờ": ", ".join(file.filename for file in one.attachments),
        "Hạn bổ sung": vn_datetime(one.fix_until) if one.fix_until else "",
        "Ghi chú": one.staff_note or "",
    }


def changes_since(page: ReviewPage, seen: str) -> Changes:
    """Return what happened to an application since a page was shown; `seen` is its own words.

    Whatever a browser sends is only shown back to it; what cannot be read counts as nothing seen.
    """
    newest, before = _read_seen(seen)
    happenings = [
        Happening(
            event.at,
            event.actor_label,
            f"{EVENT_LABELS[event.event]}: "
            f"{STATE_LABELS[event.from_state]} → {STATE_LABELS[event.to_state]}",
            event.reason or "",
        )
        for event in page.application.history
        if event.id > newest
    ]
    changed = differences(before, page.fields) if before else ()
    return Changes(tuple(happenings) or _last_act(page.application), changed)


def _read_seen(seen: str) -> tuple[int, dict[str, str]]:
    try:
        newest, fields = json.loads(seen[:MAX_SEEN])
        return int(newest), {str(label): str(words) for label, words in fields.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return 0, {}


def _last_act(application: Application) -> tuple[Happening, ...]:
    """Return the last note or change of reviewer, when nothing else happened."""
    entry = reader().scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_type == Application.__tablename__,
            AuditEntry.object_id == application.code,
            AuditEntry.action.in_(ACTS),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return tuple(Happening(one.at, one.actor_label, ACTS[one.action], "") for one in entry)
