"""Badges that a producer asks for besides the people at the booth: builders and vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_rules import BadgeRules, check_holders, read_rules
from tgfair.core.errors import ConflictError, NotFoundError
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.attendance import PeopleSettledError, may_name_people
from tgfair.services.audit import record
from tgfair.services.badges import Issued, keep_in_step, locked_application
from tgfair.services.keys import ensure_key
from tgfair.services.uow import find, reader, transaction


class NoBoothYetError(ConflictError):
    """These badges come with a booth that was accepted."""

    code = "no_booth_yet"

    def message(self) -> str:
        """Say what comes first."""
        return "Cơ sở cần nhận gian trước. Nhận gian xong thì ghi được thẻ thi công và thẻ xe."


def rules_of(fair: Fair) -> BadgeRules:
    """Return what the organisers decided on the badges of a fair."""
    return read_rules(fair.badge_rules)


def booths_held(session: Session, application_id: int) -> int:
    """Return how many booths the application has."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Assignment)
            .where(
                Assignment.application_id == application_id,
                Assignment.state == AssignmentState.LIVE,
            )
        )
        or 0
    )


def most_people(session: Session, application: Application) -> int:
    """Return how many people may be named: so many for each booth it has."""
    return application.fair.max_staff * max(1, booths_held(session, application.id))


def name_holders(
    actor: Actor, code: str, kind: BadgeKind, typed: Sequence[str], *, now: datetime
) -> Issued:
    """Give the application badges of this kind for exactly these builders or vehicles.

    Raises:
        NoBoothYetError: it has not accepted a booth.
        PeopleSettledError: the badges are being printed; organisers still may.
        NotFoundError: the fair gives no badges of this kind.
        InvalidError: too many or something wrong; the field is `name1`, `name2`, ….
    """
    criteria = (Application.code == code, visible_to(actor, Application))
    fair_id = find(reader(), Application, *criteria).fair_id
    kid = ensure_key(fair_id, actor=actor, now=now)
    with transaction() as session:
        application = locked_application(session, actor, code)
        require(actor, Action.NAME_PEOPLE, application)
        if application.state is not State.CONFIRMED:
            raise NoBoothYetError
        if not may_name_people(actor, application, now=now):
            raise PeopleSettledError
        most = rules_of(application.fair).most(kind, booths_held(session, application.id))
        if not most:
            raise NotFoundError
        names = check_holders(kind, typed, most)
        issued = keep_in_step(session, actor, application, kind, names, kid=kid, now=now)
        record(
            session,
            actor,
            "application.holders_named",
            application,
            now=now,
            badge_kind=int(kind),
            count=len(names),
        )
        return issued
