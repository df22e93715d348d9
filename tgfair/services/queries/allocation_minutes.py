"""What the minutes of a published version say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select

from tgfair.core.allocation.rulebook import said_as_goals, said_as_rules
from tgfair.core.allocation.solution import LEVEL_NAMES, Level
from tgfair.core.workflow import ACCEPTED
from tgfair.documents.allocation_minutes import Minutes, MinutesLine
from tgfair.models.account import User
from tgfair.models.application import Application, ApplicationEvent
from tgfair.models.assignment import (
    AllocationRun,
    Assignment,
    AssignmentSource,
    Publication,
    PublicationRow,
)
from tgfair.models.audit import AuditEntry
from tgfair.models.booth import Booth
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, Zone
from tgfair.policy import Action, Actor, require
from tgfair.services.booth_rules import CHANGED, booth_rules
from tgfair.services.uow import find, reader

WAYS = {
    AssignmentSource.OPTIMISER: "theo phương án đã công bố trước",
    AssignmentSource.HAND: "xếp tay",
    AssignmentSource.DRAW: "bốc thăm công khai",
    AssignmentSource.HOLD: "cơ sở tự chọn",
    AssignmentSource.OFFER: "mời theo danh sách chờ",
}


def minutes_of(actor: Actor, fair: Fair, number: int) -> Minutes:
    """Return the minutes of a version.

    Raises:
        NotFoundError: the fair has no such version.
    """
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    publication = find(
        session, Publication, Publication.fair_id == fair.id, Publication.number == number
    )
    run = session.get(AllocationRun, publication.run_id) if publication.run_id else None
    author = session.get(User, publication.published_by_id) if publication.published_by_id else None
    rules, goals = _rules_at(fair, publication.published_at)
    placed = _lines(publication)
    return Minutes(
        fair=fair.name,
        venue=fair.venue,
        number=number,
        published_at=publication.published_at,
        published_by=author.name if author else "",
        plan=run.label if run else "",
        ways=() if run else _ways(publication),
        note=publication.note or "",
        scores=_scores(run),
        changes=_changes(run),
        rules=tuple(rules),
        goals=tuple(goals),
        lines=placed,
        without=_without(fair, {line.code for line in placed}, publication.published_at),
    )


def _lines(publication: Publication) -> tuple[MinutesLine, ...]:
    rows = reader().execute(
        select(Application.code, Exhibitor.name, Zone.code, Booth.label)
        .select_from(PublicationRow)
        .join(Application, Application.id == PublicationRow.application_id)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .join(Booth, Booth.id == PublicationRow.booth_id)
        .join(Zone, Zone.id == Booth.zone_id)
        .where(PublicationRow.publication_id == publication.id)
        .order_by(Booth.label)
    )
    booths: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for code, name, zone, label in rows.all():
        booths[code, name, zone].append(label)
    return tuple(MinutesLine(*key, tuple(labels)) for key, labels in booths.items())


def _ways(publication: Publication) -> tuple[str, ...]:
    """Return how the booths of the version had been found, without a plan of the machine."""
    same = and_(
        Assignment.booth_id == PublicationRow.booth_id,
        Assignment.application_id == PublicationRow.application_id,
    )
    found = set(
        reader().scalars(
            select(Assignment.source)
            .join(PublicationRow, same)
            .where(
                PublicationRow.publication_id == publication.id,
                Assignment.created_at <= publication.published_at,
            )
        )
    )
    return tuple(words for source, words in WAYS.items() if source in found)


def _without(fair: Fair, placed: set[str], at: datetime) -> tuple[tuple[str, str], ...]:
    """Return who was approved at an instant, before whatever happened later, and has no booth."""
    later = (ApplicationEvent.application_id == Application.id, ApplicationEvent.at > at)
    first = select(func.min(ApplicationEvent.id)).where(*later).correlate(Application)
    then = select(ApplicationEvent.from_state).where(ApplicationEvent.id == first.scalar_subquery())
    rows = reader().execute(
        select(Application.code, Exhibitor.name)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(
            Application.fair_id == fair.id,
            func.coalesce(then.correlate(Application).scalar_subquery(), Application.state).in_(
                ACCEPTED
            ),
        )
        .order_by(Application.code)
    )
    return tuple((row[0], row[1]) for row in rows.all() if row[0] not in placed)


def _scores(run: AllocationRun | None) -> tuple[tuple[str, int, int | None], ...]:
    scores = run.result.get("scores", ()) if run is not None else ()
    return tuple((LEVEL_NAMES[Level(one["level"])], one["value"], one["bound"]) for one in scores)


def _changes(run: AllocationRun | None) -> tuple[str, ...]:
    if run is None:
        return ()
    return tuple(
        f"{one['sentence']}; {one['by']}" + (f"; lý do: {one['reason']}" if one["reason"] else "")
        for one in run.edits
    )


def _rules_at(fair: Fair, at: datetime) -> tuple[Sequence[str], Sequence[str]]:
    """Return the fair's rules and goals in words, as they were at an instant."""
    later = (
        select(AuditEntry.data)
        .where(
            AuditEntry.action == CHANGED,
            AuditEntry.object_type == Fair.__tablename__,
            AuditEntry.fair_id == fair.id,
            AuditEntry.at > at,
        )
        .order_by(AuditEntry.at, AuditEntry.id)
        .limit(1)
    )
    before = reader().scalar(later) or {}
    if "rules" in before:
        return before["rules"], before["goals"]
    book = booth_rules(fair)
    return said_as_rules(book), said_as_goals(book)
