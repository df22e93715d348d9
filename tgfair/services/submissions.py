"""Sending an application: everything is checked at once, columns are filled, mail is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.orm import Session, joinedload

from tgfair.clock import day_in_vietnam
from tgfair.core.application.check import check_all
from tgfair.core.application.model import Checked, OfferedProduct, Problem
from tgfair.core.application.papers import missing_papers, wanted_papers
from tgfair.core.application.steps import Step
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import EDITABLE, Event, State
from tgfair.database import connection_of
from tgfair.models.application import Application, ApplicationPerson, ApplicationProduct
from tgfair.models.attachment import Attachment
from tgfair.models.base import table_of
from tgfair.models.consent import Consent
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.application_inputs import (
    check_deadline,
    contact_problems,
    offered_products,
    rules_of,
)
from tgfair.services.applications import WITHDREW, NotEditableError, files_on_behalf, signing_as
from tgfair.services.idempotency import once
from tgfair.services.identifiers import digest
from tgfair.services.places import free_everything, lock_places
from tgfair.services.transitions import advance
from tgfair.services.uow import find, fresh_reader, optimistic_transaction, transaction

DEFAULT_CONSENT = (
    "Cơ sở cam kết nội dung trên là đúng, đồng ý để Ban Tổ chức dùng thông tin này cho việc xét "
    "duyệt, xếp gian, làm thẻ và giới thiệu tên cơ sở, sản phẩm tại sự kiện."
)

KEPT = "Sự kiện đã kết thúc, hồ sơ được giữ để lưu, không rút được nữa."

ADD_CONSENT = insert(table_of(Consent))
FILES = select(Attachment.kind).where(Attachment.application_id == bindparam("application"))
# Of two wide rows only what sending looks at; anything else would be fetched when asked for.
WITH_FAIR_AND_EXHIBITOR = (
    joinedload(Application.fair, innerjoin=True).load_only(
        Fair.status,
        Fair.last_day,
        Fair.registration_opens_at,
        Fair.registration_closes_at,
        Fair.supplement_until,
        Fair.max_booths,
        Fair.max_staff,
        Fair.hotline,
        Fair.texts,
    ),
    joinedload(Application.exhibitor, innerjoin=True).load_only(
        Exhibitor.name,
        Exhibitor.phone,
        Exhibitor.other_phones,
        Exhibitor.email,
        Exhibitor.email_bounced_at,
        Exhibitor.unit_new,
    ),
)


class IncompleteError(TgfairError):
    """Something is missing or wrong; `problems` is the whole list, `consent` whether that lacks."""

    code = "incomplete"

    def __init__(self, problems: Sequence[Problem], *, consent: bool) -> None:
        super().__init__(len(problems))
        self.problems = tuple(problems)
        self.consent = consent

    def message(self) -> str:
        """Say how many places."""
        count = len(self.problems) + (not self.consent)
        return f"Có {count} chỗ cần sửa trước khi gửi."


def consent_text(fair: Fair) -> str:
    """Return the one sentence that whoever sends agrees to."""
    return str(fair.texts.get("consent") or DEFAULT_CONSENT)


def submit_application(actor: Actor, code: str, *, consent: bool, key: str, now: datetime) -> str:
    """Send a draft, or send a returned application again; return its code.

    Raises:
        NotFoundError: missing or foreign.
        NotEditableError: it was sent already.
        RegistrationClosedError: the request began after the deadline; the answers are kept.
        IncompleteError: with the whole list of what must be mended.
    """
    with fresh_reader() as session:
        application = find(
            session,
            Application,
            Application.code == code,
            visible_to(actor, Application),
            options=WITH_FAIR_AND_EXHIBITOR,
        )
        require(actor, Action.SUBMIT_APPLICATION, application)
        body = {"submit": code, "session": actor.session_id}
        if application.state not in EDITABLE:
            return _sent_before(key, body, application.state, now=now)
        filled = _filled(session, actor, application, consent=consent, now=now)
        # All that was looked at is the producer's own, and every change of it is a new version.
        with optimistic_transaction() as unit:
            if once(unit, key, body, now=now, result={"code": code}) is None:
                send(unit, actor, application, filled, now=now)
    return code


def _filled(
    session: Session, actor: Actor, application: Application, *, consent: bool, now: datetime
) -> Filled:
    check_deadline(application, now=now)
    offered = offered_products(session, application.exhibitor_id)
    checked, problems = judge(session, actor, application, offered)
    if problems or not consent:
        raise IncompleteError(problems, consent=consent)
    return filled_from(application, checked)


def _sent_before(key: str, body: dict[str, Any], state: State, *, now: datetime) -> str:
    """Return the code when the same form comes again; else it is a second sending."""
    with transaction() as session:
        known = once(session, key, body, now=now)
        if known is None:
            raise NotEditableError(state)
        return str(known["code"])


def judge(
    session: Session, actor: Actor, application: Application, offered: Sequence[OfferedProduct]
) -> tuple[Checked, list[Problem]]:
    """Check all answers and required papers of a draft."""
    fair = application.fair
    checked, problems = check_all(application.answers, rules_of(fair), offered)
    problems += contact_problems(actor, application, checked)
    wanted = wanted_papers(fair.texts, checked.products.chosen, fair.last_day)
    for paper in missing_papers(wanted, _kinds_of_files(session, application) if wanted else ()):
        if paper.required:
            problems.append(Problem(Step.FILES, paper.kind, f"Còn thiếu: {paper.label}"))
    return checked, problems


def _kinds_of_files(session: Session, application: Application) -> set[str]:
    return set(session.connection().scalars(FILES, {"application": application.id}))


@dataclass(frozen=True)
class Filled:
    """What an application holds once its answers are checked: columns and rows of their own."""

    columns: dict[str, Any]
    people: list[dict[str, Any]]
    products: list[dict[str, Any]]


def filled_from(application: Application, checked: Checked) -> Filled:
    """Return the columns and rows that everybody else reads, from checked answers."""
    columns = {
        "contact_name": checked.contact.name,
        "contact_phone": checked.contact.phone,
        "contact_email": checked.contact.email,
        "description": checked.products.description,
        "booths_wanted": checked.booth.booths,
        "wishes": list(checked.booth.wishes),
        "fascia_name": checked.booth.fascia,
        "power_w": checked.booth.power_w,
        "water": checked.booth.water,
        "cooling": checked.booth.cooling,
        "cooking": checked.booth.cooking,
        "needs_note": checked.booth.note,
    }
    people = [{"name": person.name, "phone": person.phone} for person in checked.people]
    return Filled(columns, people, _snapshots(checked, application.fair.last_day))


def send(
    session: Session,
    actor: Actor,
    application: Application,
    filled: Filled,
    *,
    now: datetime,
    mails: tuple[str, ...] | None = None,
) -> None:
    """Fill the columns from checked answers and move along the workflow."""
    signer = signing_as(actor, application)
    fill_rows(session, application, filled)
    connection_of(session).execute(
        ADD_CONSENT,
        {
            "exhibitor_id": application.exhibitor_id,
            "application_id": application.id,
            "purpose": "application",
            "text_version": digest(consent_text(application.fair)),
            "given": True,
            "at": now,
            "actor_label": signer.label,
        },
    )
    again = application.state is State.CHANGES_REQUESTED
    event = Event.RESUBMIT if again else Event.SUBMIT
    sending = {
        "on_behalf": files_on_behalf(actor, application),
        "submitted_at": now,
        "submitted_by_id": actor.user_id,
    }
    columns = filled.columns | sending
    advance(session, application, event, actor=signer, now=now, mails=mails, columns=columns)


def fill_rows(session: Session, application: Application, filled: Filled) -> None:
    """Write the people and products of an application anew."""
    session.flush()
    connection = connection_of(session)
    _replace(connection, application, ApplicationPerson, filled.people)
    _replace(connection, application, ApplicationProduct, filled.products)
    session.expire(application, ["people", "products"])


def _replace(
    connection: Connection,
    application: Application,
    model: type[ApplicationPerson | ApplicationProduct],
    rows: list[dict[str, Any]],
) -> None:
    table = table_of(model)
    if application.submitted_at is not None:  # a draft that was never sent has none
        connection.execute(delete(table).where(table.c.application_id == application.id))
    if rows:
        mine = [{"application_id": application.id, **row} for row in rows]
        connection.execute(insert(table), mine)


def _snapshots(checked: Checked, last_day: date) -> list[dict[str, Any]]:
    found = [
        {
            "product_id": product.number,
            "name": product.name,
            "product_group": product.group,
            "stars": product.stars,
            "decision_no": product.decision_no,
            "expires_on": product.expires_on,
            "certificate_state": product.state_on(last_day),
            "search_fold": fold(product.name)[:400],
        }
        for product in checked.products.chosen
    ]
    return found + [
        {
            "product_id": None,
            "name": other.name,
            "product_group": other.group,
            "stars": None,
            "decision_no": None,
            "expires_on": None,
            "certificate_state": "none",
            "search_fold": fold(other.name)[:400],
        }
        for other in checked.products.others
    ]


def is_kept(fair: Fair, *, now: datetime) -> bool:
    """Return whether a fair is over, so that its applications stay what they were."""
    return day_in_vietnam(now) > fair.last_day


def withdraw_application(actor: Actor, code: str, *, reason: str | None, now: datetime) -> None:
    """Withdraw a live application; its booths become free.

    Raises:
        NotFoundError: missing or foreign.
        ForbiddenError: a bare link; a one-time code is needed first.
        IllegalMoveError: it is final already.
        InvalidError: the fair is over.
    """
    with transaction() as session:
        application = find(
            session, Application, Application.code == code, visible_to(actor, Application)
        )
        require(actor, Action.WITHDRAW_APPLICATION, application)
        if is_kept(application.fair, now=now):
            raise InvalidError(KEPT)
        leave(session, actor, application, reason=reason, now=now)


def leave(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    reason: str | None,
    now: datetime,
    mails: tuple[str, ...] | None = None,
) -> None:
    """Take an application out of the fair, within the caller's transaction."""
    lock_places(session, application.fair_id)
    session.refresh(application)
    signer = signing_as(actor, application, WITHDREW)
    words = (reason or "").strip()[:600] or None
    advance(session, application, Event.WITHDRAW, actor=signer, now=now, reason=words, mails=mails)
    free_everything(session, application, reason=words, now=now)
