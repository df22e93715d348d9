"""Drafts: start one, save its answers step by step, copy a final one into a new draft."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.application.check import check_all
from tgfair.core.application.model import Answer, Problem
from tgfair.core.application.prefill import first_answers
from tgfair.core.application.steps import Step
from tgfair.core.application.typed import typed_answers
from tgfair.core.codes import application_code
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import EDITABLE, FINAL, STATE_LABELS, State
from tgfair.models.application import Application, Fix
from tgfair.models.attachment import Attachment
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, IntakeMode
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.application_inputs import (
    check_fair_open,
    contact_problems,
    offered_products,
    rules_of,
)
from tgfair.services.audit import record
from tgfair.services.identifiers import digest, public_id, random_bits
from tgfair.services.uow import find, reader, transaction

SAVED_BY = "_saved_by"

# What an officer did for somebody, as the history says it between the two names.
FILED: Final = "nộp hộ"
WITHDREW: Final = "rút hộ"


class NotEditableError(ConflictError):
    """The application was sent: its answers stand until it is returned."""

    code = "not_editable"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state

    def message(self) -> str:
        """Say where it stands."""
        return f"Hồ sơ đang “{STATE_LABELS[self.state]}” nên không sửa được. Hãy xem trang hồ sơ."


class DraftChangedError(ConflictError):
    """Another phone saved this step meanwhile; `saved` is what it saved."""

    code = "draft_changed"

    def __init__(self, saved: Mapping[str, Answer], seen: str) -> None:
        super().__init__()
        self.saved = saved
        self.seen = seen

    def message(self) -> str:
        """Say what a second press does."""
        return "Máy khác vừa lưu bước này. Xem phần khác nhau rồi bấm lưu lần nữa nếu đúng ý."


@dataclass(frozen=True)
class Saved:
    """A saved step: when, its mark for the next save, and what is still wrong in it."""

    at: datetime
    seen: str
    problems: tuple[Problem, ...]


def files_on_behalf(actor: Actor, application: Application) -> bool:
    """Return whether the actor is an officer filing for somebody else's record."""
    own = application.exhibitor_id in actor.exhibitor_ids
    return not own and can(actor, Action.FILE_ON_BEHALF, application)


def signing_as(actor: Actor, application: Application, act: str = FILED) -> Actor:
    """Return the actor with the label that the history keeps: both names, and what was done."""
    if not files_on_behalf(actor, application):
        return actor
    contact = application.contact_name or application.exhibitor.representative
    for_whom = contact or application.exhibitor.name
    return replace(actor, label=f"{actor.label} ({act} {for_whom})"[:200])


def start_application(
    actor: Actor, fair_slug: str, exhibitor_public_id: str, *, now: datetime
) -> str:
    """Return the code of the subject's live application, made and prefilled when there is none.

    Raises:
        NotFoundError: fair or exhibitor is missing or not the actor's to see.
        RegistrationClosedError: the fair takes no applications now.
        InvalidError: the fair goes by a list, and the subject is not on it.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.slug == fair_slug)
        exhibitor = find(
            session,
            Exhibitor,
            Exhibitor.public_id == exhibitor_public_id,
            visible_to(actor, Exhibitor),
        )
        return draft_for(session, actor, fair, exhibitor, now=now).code


def live_application(session: Session, fair_id: int, exhibitor_id: int) -> Application | None:
    """Return the subject's application to the fair that is not final, if there is one."""
    return session.scalars(
        select(Application).where(
            Application.fair_id == fair_id,
            Application.exhibitor_id == exhibitor_id,
            Application.state.not_in(FINAL),
        )
    ).one_or_none()


def draft_for(
    session: Session, actor: Actor, fair: Fair, exhibitor: Exhibitor, *, now: datetime
) -> Application:
    """Return the live application, made when there is none; the caller's transaction commits."""
    existing = live_application(session, fair.id, exhibitor.id)
    if existing is not None:
        require(actor, Action.START_APPLICATION, existing)
        return existing
    answers = first_answers(
        name=exhibitor.name,
        representative=exhibitor.representative,
        phone=exhibitor.phone,
        email=exhibitor.email,
        products=offered_products(session, exhibitor.id),
        last_day=fair.last_day,
    )
    application = _new(fair, exhibitor, answers, now=now)
    require(actor, Action.START_APPLICATION, application)
    check_fair_open(fair, now=now, from_day_one=False)
    _check_invited(session, fair, exhibitor)
    return _insert(session, actor, application, now=now)


def _new(
    fair: Fair, exhibitor: Exhibitor, answers: Mapping[str, Mapping[str, Answer]], *, now: datetime
) -> Application:
    return Application(
        code=application_code(fair.code, random_bits(30)),
        fair_id=fair.id,
        exhibitor_id=exhibitor.id,
        exhibitor=exhibitor,
        fair=fair,
        state=State.DRAFT,
        answers=dict(answers),
        saved_at=now,
        created_at=now,
    )


def _insert(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> Application:
    fair_id, exhibitor_id = application.fair_id, application.exhibitor_id
    try:
        with session.begin_nested():
            session.add(application)
            session.flush()
    except IntegrityError:
        # Somebody started it at the same moment: the index lets one live application be.
        existing = live_application(session, fair_id, exhibitor_id)
        if existing is None:
            raise
        return existing
    record(session, actor, "application.started", application, now=now)
    return application


def _check_invited(session: Session, fair: Fair, exhibitor: Exhibitor) -> None:
    if fair.intake is not IntakeMode.INVITED:
        return
    invited = select(Invitation.id).where(
        Invitation.fair_id == fair.id,
        Invitation.exhibitor_id == exhibitor.id,
        Invitation.revoked_at.is_(None),
    )
    if session.scalar(invited) is None:
        raise InvalidError(
            "Sự kiện này theo danh sách mời và cơ sở chưa có trong danh sách. Hãy gọi Ban Tổ chức."
        )


def where_to_resume(actor: Actor, code: str) -> tuple[State, bool]:
    """Return the state of an application, and whether nobody has saved a step of it yet.

    Raises:
        NotFoundError: missing or foreign.
    """
    application = find(
        reader(), Application, Application.code == code, visible_to(actor, Application)
    )
    return application.state, SAVED_BY not in application.answers


def editable(session: Session, actor: Actor, code: str) -> Application:
    """Return an application whose answers the actor may change now.

    Raises:
        NotFoundError: missing or foreign.
        NotEditableError: it was sent.
    """
    application = find(
        session, Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.EDIT_APPLICATION, application)
    if application.state not in EDITABLE:
        raise NotEditableError(application.state)
    return application


def save_step(
    actor: Actor,
    code: str,
    step: Step,
    sent: Mapping[str, Sequence[str]],
    *,
    seen: str | None,
    now: datetime,
) -> Saved:
    """Save what was typed into a step, valid or not, and say what is wrong with it.

    Also after the deadline: nothing typed is lost, only sending is refused. `seen` is the mark
    from the page (`Saved.seen`), by which another phone's work is not overwritten unseen.

    Raises:
        NotFoundError, NotEditableError: see `editable`.
        DraftChangedError: another session saved this step since the page was shown.
    """
    with transaction() as session:
        application = editable(session, actor, code)
        rules = rules_of(application.fair)
        before = step_answers(application, step)
        after = typed_answers(step, rules, sent)
        _refuse_unseen(application, step, seen, actor)
        if after != before:
            saved_by = {**application.answers.get(SAVED_BY, {}), step: _who(actor)}
            application.answers = {**application.answers, step: after, SAVED_BY: saved_by}
            _resolve_fixes(application, step, before, after, now=now)
        application.saved_at = now
        offered = offered_products(session, application.exhibitor_id)
        checked, problems = check_all({step: after}, rules, offered)
        problems += contact_problems(actor, application, checked)
        here = tuple(problem for problem in problems if problem.step is step)
        return Saved(now, mark(after), here)


def step_answers(application: Application, step: Step) -> dict[str, Answer]:
    """Return what was typed into a step so far."""
    return dict(application.answers.get(step, {}))


def mark(answers: Mapping[str, Answer]) -> str:
    """Return a short mark of a step's answers, for noticing that they changed."""
    return digest(json.dumps(answers, sort_keys=True, ensure_ascii=False))[:12]


def _who(actor: Actor) -> str:
    return str(actor.session_id)


def _refuse_unseen(application: Application, step: Step, seen: str | None, actor: Actor) -> None:
    before = step_answers(application, step)
    other = application.answers.get(SAVED_BY, {}).get(step, _who(actor)) != _who(actor)
    if seen and other and seen != mark(before):
        raise DraftChangedError(before, mark(before))


def _resolve_fixes(
    application: Application,
    step: Step,
    before: Mapping[str, Answer],
    after: Mapping[str, Answer],
    *,
    now: datetime,
) -> None:
    for fix in current_fixes(application):
        if fix.step == step and before.get(fix.field) != after.get(fix.field):
            fix.resolved_at = now


def current_fixes(application: Application) -> list[Fix]:
    """Return the fixes of the newest return: the one complete list."""
    newest = max((fix.round for fix in application.fixes), default=0)
    return [fix for fix in application.fixes if fix.round == newest]


def reopen_application(actor: Actor, code: str, *, now: datetime) -> str:
    """Copy a final application into a new draft and return its code.

    Raises:
        NotFoundError: missing or foreign.
        ConflictError: it is not final.
        RegistrationClosedError: the fair takes no applications now.
    """
    with transaction() as session:
        old = find(session, Application, Application.code == code, visible_to(actor, Application))
        require(actor, Action.START_APPLICATION, old)
        if old.state not in FINAL:
            raise ConflictError
        existing = live_application(session, old.fair_id, old.exhibitor_id)
        if existing is not None:
            return existing.code
        check_fair_open(old.fair, now=now)
        application = _insert(
            session, actor, _new(old.fair, old.exhibitor, old.answers, now=now), now=now
        )
        for file in old.attachments:
            session.add(_copy_of(file, application))
        return application.code


def _copy_of(file: Attachment, application: Application) -> Attachment:
    return Attachment(
        public_id=public_id(),
        application_id=application.id,
        product_id=file.product_id,
        kind=file.kind,
        filename=file.filename,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        thumb_sha256=file.thumb_sha256,
        width=file.width,
        height=file.height,
        uploaded_at=file.uploaded_at,
    )
