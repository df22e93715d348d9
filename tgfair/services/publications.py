"""Publish who stands where: freeze a version, move the applications, propose the mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import Event, State
from tgfair.models.application import Application
from tgfair.models.assignment import (
    Assignment,
    AssignmentState,
    BoothShare,
    Publication,
    PublicationRow,
)
from tgfair.models.booth import Booth, PlanVersion
from tgfair.models.fair import Fair
from tgfair.models.outbox import Message, MessageState
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.booth_answers import chose_themselves, confirm_chosen
from tgfair.services.notifications import notify_application
from tgfair.services.places import lock_places
from tgfair.services.transitions import advance
from tgfair.services.uow import find, transaction

SEES_BOOTH = frozenset({State.ALLOCATED, State.CONFIRMED})

Place = tuple[int, int]  # (application id, booth id)


@dataclass(frozen=True)
class Changes:
    """What a publication would change, by application id."""

    added: tuple[int, ...]
    moved: tuple[int, ...]
    removed: tuple[int, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.added or self.moved or self.removed)


class ChangesGrewError(ConflictError):
    """Places changed after the changes were shown: nothing was published."""

    code = "changes_grew"

    def message(self) -> str:
        """Ask to look again."""
        return (
            "Có người vừa xếp hoặc đổi gian nên danh sách thay đổi đã khác, chưa công bố gì. "
            "Hãy xem lại danh sách rồi công bố."
        )


def standing_places(session: Session, fair_id: int) -> set[Place]:
    """Return every live (application, booth), the second halves of shared tables too."""
    live = (Assignment.fair_id == fair_id, Assignment.state == AssignmentState.LIVE)
    own = session.execute(select(Assignment.application_id, Assignment.booth_id).where(*live)).all()
    shared = session.execute(
        select(BoothShare.application_id, Assignment.booth_id).join(Assignment).where(*live)
    ).all()
    return {(row[0], row[1]) for row in [*own, *shared]}


def latest_publication(session: Session, fair_id: int) -> Publication | None:
    """Return the fair's newest publication, or None before the first."""
    return session.scalars(
        select(Publication)
        .where(Publication.fair_id == fair_id)
        .order_by(Publication.number.desc())
        .limit(1)
    ).one_or_none()


def published_places(session: Session, fair_id: int) -> set[Place]:
    """Return every (application, booth) of the newest publication."""
    publication = latest_publication(session, fair_id)
    if publication is None:
        return set()
    rows = session.execute(
        select(PublicationRow.application_id, PublicationRow.booth_id).where(
            PublicationRow.publication_id == publication.id
        )
    ).all()
    return {(row[0], row[1]) for row in rows}


def pending_changes(session: Session, fair_id: int) -> Changes:
    """Return what differs between the live assignments and what was last published."""
    now_by, before_by = (
        _by_application(standing_places(session, fair_id)),
        _by_application(concerned_places(session, fair_id)),
    )
    return Changes(
        added=tuple(sorted(now_by.keys() - before_by.keys())),
        moved=tuple(
            sorted(a for a in now_by.keys() & before_by.keys() if now_by[a] != before_by[a])
        ),
        removed=tuple(sorted(before_by.keys() - now_by.keys())),
    )


def concerned_places(session: Session, fair_id: int) -> set[Place]:
    """Return the published places of those who still stand in the fair (not withdrawn since)."""
    states: dict[int, State] = {
        row[0]: row[1]
        for row in session.execute(
            select(Application.id, Application.state).where(Application.fair_id == fair_id)
        )
    }
    return {place for place in published_places(session, fair_id) if states[place[0]] in SEES_BOOTH}


def _by_application(places: set[Place]) -> dict[int, frozenset[int]]:
    grouped: dict[int, set[int]] = {}
    for application_id, booth_id in places:
        grouped.setdefault(application_id, set()).add(booth_id)
    return {key: frozenset(value) for key, value in grouped.items()}


def mark_of_changes(session: Session, fair_id: int) -> str:
    """Return a mark that is another one as soon as publishing would change anything else."""
    places = (standing_places(session, fair_id), concerned_places(session, fair_id))
    return sha256(repr([sorted(one) for one in places]).encode()).hexdigest()[:32]


def publish(
    actor: Actor, fair_id: int, *, note: str | None, seen: str | None = None, now: datetime
) -> int:
    """Freeze the live assignments as the fair's next version and return its number.

    Applications move along the workflow (allocated, moved, released) and their mails are written
    as proposals: nothing leaves before an officer presses "send". `note` is the reason of a
    change; it is compulsory when somebody who was told of a booth moves or loses it. `seen` is
    the `mark_of_changes` that a person was shown.

    Raises:
        InvalidError: nothing to publish, or a reason is missing.
        ConflictError: other changes than those shown would be published.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        if seen is not None and seen != mark_of_changes(session, fair.id):
            raise ChangesGrewError
        return publish_standing(session, actor, fair, note=note, now=now).number


def publish_standing(
    session: Session,
    actor: Actor,
    fair: Fair,
    *,
    note: str | None,
    now: datetime,
    run_id: int | None = None,
) -> Publication:
    """Publish who stands where now; the caller has asked the policy and taken `lock_places`.

    Raises:
        InvalidError: nothing to publish, or a reason is missing.
    """
    changes = pending_changes(session, fair.id)
    if not changes.any:
        raise InvalidError("Chưa có thay đổi nào để công bố.")
    if (changes.moved or changes.removed) and not (note or "").strip():
        raise InvalidError("Có gian đã công bố bị thay đổi. Hãy ghi lý do.", field="note")
    places = standing_places(session, fair.id)
    publication = freeze(session, actor, fair, places, note=note, now=now)
    publication.run_id = run_id
    _tell(session, actor, changes, publication, note=note, now=now)
    record(
        session,
        actor,
        "fair.published",
        fair,
        now=now,
        fair_id=fair.id,
        number=publication.number,
        note=note,
    )
    return publication


def freeze(
    session: Session,
    actor: Actor,
    fair: Fair,
    places: set[Place],
    *,
    note: str | None,
    now: datetime,
) -> Publication:
    """Add the fair's next version with these places; the caller tells whom it concerns."""
    newest = select(func.max(Publication.number)).where(Publication.fair_id == fair.id)
    plan = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.fair_id == fair.id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if plan is not None and plan.published_at is None:
        plan.published_at = now
    publication = Publication(
        fair_id=fair.id,
        number=(session.scalar(newest) or 0) + 1,
        plan_version_id=plan.id if plan else None,
        note=note,
        published_at=now,
        published_by_id=actor.user_id,
        rows=[
            PublicationRow(booth_id=booth_id, application_id=application_id)
            for application_id, booth_id in sorted(places)
        ],
    )
    session.add(publication)
    session.flush()
    return publication


def _tell(
    session: Session,
    actor: Actor,
    changes: Changes,
    publication: Publication,
    *,
    note: str | None,
    now: datetime,
) -> None:
    labels = _labels(session, publication)
    for application_id in (*changes.added, *changes.moved):
        application = session.get_one(Application, application_id)
        booths = labels.get(application_id, [])
        if application_id in changes.added and application.state == State.APPROVED:
            _allocate(session, actor, application, booths, now=now)
        else:
            _tell_moved(session, actor, application, booths, publication, now=now)
    for application_id in changes.removed:
        application = session.get_one(Application, application_id)
        advance(
            session, application, Event.RELEASE, actor=actor, now=now, reason=note, proposed=True
        )


def _allocate(
    session: Session, actor: Actor, application: Application, booths: list[str], *, now: datetime
) -> None:
    advance(
        session, application, Event.ALLOCATE, actor=actor, now=now, proposed=True, booths=booths
    )
    if chose_themselves(session, application.id):
        confirm_chosen(session, actor, application, now=now)


def _tell_moved(
    session: Session,
    actor: Actor,
    application: Application,
    booths: list[str],
    publication: Publication,
    *,
    now: datetime,
) -> None:
    unsent = _unsent(session, application)
    if application.state == State.CONFIRMED:
        for mail in unsent:  # the booth was seen on the site; the mail of the move says it all
            mail.state = MessageState.CANCELLED
        application.confirmed_at = None
        advance(
            session,
            application,
            Event.MOVE,
            actor=actor,
            now=now,
            reason=publication.note,
            proposed=True,
            booths=booths,
        )
    elif unsent:  # it names the booth of the day on which it goes out
        for mail in unsent:
            mail.params = mail.params | {"reason": publication.note, "booths": booths}
            mail.created_at = now  # when the booth that it asks about was published
    elif application.state == State.ALLOCATED:
        # Told of another booth before it answered: the state stays, the mail is owed.
        notify_application(
            session,
            "booth_moved",
            application,
            dedupe=f"publication:{publication.id}",
            now=now,
            proposed=True,
            reason=publication.note,
            booths=booths,
        )


def _unsent(session: Session, application: Application) -> Sequence[Message]:
    """Return the mails about its booth that nobody has sent yet; nobody can meanwhile."""
    return session.scalars(
        select(Message)
        .where(
            Message.application_id == application.id,
            Message.kind.in_(("booth_assigned", "booth_moved")),
            Message.state == MessageState.PROPOSED,
        )
        .with_for_update()
    ).all()


def _labels(session: Session, publication: Publication) -> dict[int, list[str]]:
    rows = session.execute(
        select(PublicationRow.application_id, Booth.label)
        .join(Booth)
        .where(PublicationRow.publication_id == publication.id)
        .order_by(Booth.label)
    ).all()
    labels: dict[int, list[str]] = {}
    for application_id, label in rows:
        labels.setdefault(application_id, []).append(label)
    return labels
