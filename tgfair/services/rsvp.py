"""Answering an invitation to a conference: yes, only attend, no; changeable until the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.core.application.check import check_all
from tgfair.core.application.rsvp import RsvpAnswer, check_rsvp
from tgfair.core.application.steps import Step
from tgfair.core.errors import ConflictError
from tgfair.core.workflow import EDITABLE, State
from tgfair.mail.enqueue import Links
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.application_inputs import check_fair_open, offered_products, rules_of
from tgfair.services.applications import draft_for, live_application
from tgfair.services.audit import record
from tgfair.services.idempotency import once, remember
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.submissions import IncompleteError, fill_rows, filled_from, leave, send
from tgfair.services.transitions import write
from tgfair.services.uow import find, transaction

NO_MAILS: tuple[str, ...] = ()  # the answer has a receipt of its own


class ProductsSettledError(ConflictError):
    """The products were approved: they change only with the organisers."""

    code = "products_settled"

    def message(self) -> str:
        """Say whom to ask."""
        return "Sản phẩm trưng bày đã được duyệt. Muốn đổi, hãy gọi Ban Tổ chức."


@dataclass(frozen=True)
class RsvpForm:
    """What was typed."""

    answer: str
    headcount: str
    products: tuple[str, ...]
    note: str


def answer_invitation(
    actor: Actor,
    fair_slug: str,
    exhibitor_public_id: str,
    form: RsvpForm,
    *,
    key: str,
    now: datetime,
) -> Rsvp:
    """Store the answer; "yes" sends an application with the products, others withdraw it.

    Raises:
        NotFoundError: there is no such invitation for the actor.
        RegistrationClosedError: the deadline is over.
        InvalidError: with the field to mend.
        ProductsSettledError: the products were approved and the answer names others.
    """
    with transaction() as session:
        invitation = find_invitation(session, actor, fair_slug, exhibitor_public_id)
        require(actor, Action.RSVP, invitation)
        # Two answers at the same moment: the second sees the first.
        session.refresh(invitation, with_for_update=True)
        body = {"rsvp": invitation.id, "form": vars(form), "session": actor.session_id}
        replay = once(session, key, body, now=now)
        if replay is not None:
            return Rsvp(replay["answer"])
        check_fair_open(invitation.fair, now=now, from_day_one=False)
        offered = offered_products(session, invitation.exhibitor_id)
        keys = frozenset(product.key for product in offered)
        answer = check_rsvp(form.answer, form.headcount, form.products, keys, form.note)
        _note(invitation, answer, actor, now=now)
        application = _carry_out(session, actor, invitation, answer, now=now)
        _confirm(session, actor, invitation, application, now=now)
        remember(session, key, {"answer": answer.answer})
        return Rsvp(answer.answer)


def find_invitation(
    session: Session, actor: Actor, fair_slug: str, exhibitor_public_id: str
) -> Invitation:
    """Return the invitation of a subject to a fair.

    Raises:
        NotFoundError: missing, revoked, or foreign.
    """
    fair = find(session, Fair, Fair.slug == fair_slug)
    exhibitor = find(session, Exhibitor, Exhibitor.public_id == exhibitor_public_id)
    return find(
        session,
        Invitation,
        Invitation.fair_id == fair.id,
        Invitation.exhibitor_id == exhibitor.id,
        Invitation.revoked_at.is_(None),
        visible_to(actor, Invitation),
    )


def _note(invitation: Invitation, answer: RsvpAnswer, actor: Actor, *, now: datetime) -> None:
    invitation.rsvp = Rsvp(answer.answer)
    invitation.headcount = answer.headcount
    invitation.rsvp_note = answer.note
    invitation.answered_at = now
    if invitation.opened_at is None and not actor.is_staff:
        invitation.opened_at = now


def _carry_out(
    session: Session, actor: Actor, invitation: Invitation, answer: RsvpAnswer, *, now: datetime
) -> Application | None:
    if invitation.rsvp is Rsvp.YES:
        return _take_part(session, actor, invitation, answer, now=now)
    application = live_application(session, invitation.fair_id, invitation.exhibitor_id)
    if application is not None:
        leave(session, actor, application, reason=answer.note, now=now, mails=NO_MAILS)
    return None


def _take_part(
    session: Session,
    actor: Actor,
    invitation: Invitation,
    answer: RsvpAnswer,
    *,
    now: datetime,
) -> Application:
    application = draft_for(session, actor, invitation.fair, invitation.exhibitor, now=now)
    before = application.answers.get(Step.PRODUCTS, {}).get("product", [])
    changeable = application.state in EDITABLE | {State.SUBMITTED}
    if not changeable and list(answer.products) != before:
        raise ProductsSettledError
    if changeable:
        _store(session, actor, application, answer, now=now)
    return application


def _store(
    session: Session,
    actor: Actor,
    application: Application,
    answer: RsvpAnswer,
    *,
    now: datetime,
) -> None:
    answers = application.answers
    booth = answers.get(Step.BOOTH, {})
    application.answers = {
        **answers,
        Step.PRODUCTS: {**answers.get(Step.PRODUCTS, {}), "product": list(answer.products)},
        # Who reviews and who assigns read the note there.
        Step.BOOTH: {**booth, "note": answer.note} if answer.note else booth,
        Step.PEOPLE: answers.get(Step.PEOPLE) or {"later": "1"},
    }
    application.saved_at = now
    offered = offered_products(session, application.exhibitor_id)
    checked, problems = check_all(application.answers, rules_of(application.fair), offered)
    # A record with a broken telephone number may answer all the same; it is mended afterwards.
    problems = [problem for problem in problems if problem.step is not Step.CONTACT]
    if problems:
        raise IncompleteError(problems, consent=True)
    filled = filled_from(application, checked)
    if application.state is State.SUBMITTED:
        fill_rows(session, application, filled)
        write(session, application, **filled.columns)
    else:
        send(session, actor, application, filled, now=now, mails=NO_MAILS)


def _confirm(
    session: Session,
    actor: Actor,
    invitation: Invitation,
    application: Application | None,
    *,
    now: datetime,
) -> None:
    rsvp = invitation.rsvp
    record(session, actor, "invitation.answered", invitation, now=now, answer=str(rsvp))
    notify_exhibitor(
        session,
        "rsvp_receipt",
        invitation.exhibitor,
        dedupe=f"rsvp:{invitation.id}:{now.isoformat()}",
        now=now,
        links=Links(invitation.fair_id, application.id if application else None, invitation.id),
    )
