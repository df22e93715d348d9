"""The producer's last steps: accept the booth, name who stands there, get badges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.application.model import Person
from tgfair.core.application.steps import Step
from tgfair.core.errors import ConflictError
from tgfair.core.workflow import ACCEPTED, State
from tgfair.models.application import Application, ApplicationPerson
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.audit import record
from tgfair.services.badges import Issued, issue, locked_application
from tgfair.services.booth_answers import confirm_booth
from tgfair.services.keys import ensure_key
from tgfair.services.uow import find, reader, transaction


class PeopleSettledError(ConflictError):
    """Badges have been printed: only the organisers change a name now."""

    code = "people_settled"

    def message(self) -> str:
        """Say whom to call."""
        return "Đã đến ngày in thẻ nên không tự đổi tên được nữa. Hãy gọi số hỗ trợ."


def accept_booth(actor: Actor, code: str, *, now: datetime) -> Issued:
    """Accept the published booth; who is named already gets a badge at once.

    Raises:
        IllegalMoveError: there is no published booth to accept.
        InvalidError: the deadline is over.
    """
    confirm_booth(actor, code, now=now)
    return issue_to_named(actor, code, now=now)


def may_name_people(actor: Actor, application: Application, *, now: datetime) -> bool:
    """Return whether names may be changed: until the badges are printed, then by organisers."""
    if not can(actor, Action.NAME_PEOPLE, application) or application.state not in ACCEPTED:
        return False
    return not _is_settled(application.fair, now) or can(actor, Action.MANAGE_BADGES, application)


def _is_settled(fair: Fair, now: datetime) -> bool:
    return fair.badges_on is not None and day_in_vietnam(now) >= fair.badges_on


def name_people(actor: Actor, code: str, people: Sequence[Person], *, now: datetime) -> Issued:
    """Replace the people at the booth; when the booth is confirmed their badges follow.

    Raises:
        PeopleSettledError: it is too late, or the application was not approved.
    """
    with transaction() as session:
        application = _nameable(session, actor, code, now=now)
        application.people = [
            ApplicationPerson(name=person.name, phone=person.phone) for person in people
        ]
        # The form of the application shows the same names if it is opened again.
        typed = {f"name{n}": person.name for n, person in enumerate(people, 1)}
        typed |= {f"phone{n}": person.phone or "" for n, person in enumerate(people, 1)}
        application.answers = {**application.answers, Step.PEOPLE: typed}
        record(session, actor, "application.people_named", application, now=now, count=len(people))
    return issue_to_named(actor, code, now=now)


def _nameable(session: Session, actor: Actor, code: str, *, now: datetime) -> Application:
    application = locked_application(session, actor, code)
    require(actor, Action.NAME_PEOPLE, application)
    if not may_name_people(actor, application, now=now):
        raise PeopleSettledError
    return application


def issue_to_named(actor: Actor, code: str, *, now: datetime) -> Issued:
    """Give the people named for a confirmed booth their badges; before that nothing happens."""
    criteria = (Application.code == code, visible_to(actor, Application))
    application = find(reader(), Application, *criteria)
    if application.state is not State.CONFIRMED:
        return Issued(unnamed=not application.people)
    kid = ensure_key(application.fair_id, actor=actor, now=now)
    with transaction() as session:
        application = locked_application(session, actor, code)
        if application.state is not State.CONFIRMED:
            return Issued(unnamed=not application.people)
        return issue(session, actor, application, kid=kid, now=now)
