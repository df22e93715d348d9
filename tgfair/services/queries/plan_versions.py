"""The versions of a fair's plan: who made each of them, when, what it changed, who stood there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tgfair.core.layout.difference import Change, plan_changes
from tgfair.core.layout.draft import empty_plan
from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.models.account import User
from tgfair.models.application import Application
from tgfair.models.assignment import Publication, PublicationRow
from tgfair.models.booth import Booth, PlanVersion
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class VersionLine:
    """One version; `published` are the numbers of the publications that showed it."""

    number: int
    created_at: datetime
    created_by: str
    booths: int
    changes: tuple[Change, ...]
    published: tuple[int, ...]
    is_newest: bool


@dataclass(frozen=True)
class VersionView:
    """A version to look at; `names` by object id: who stood there as last published on it."""

    line: VersionLine
    plan: Plan
    names: dict[str, str]


def count_versions(fair_id: int) -> int:
    """Return how many versions the fair's plan has had."""
    counted = select(func.count()).where(PlanVersion.fair_id == fair_id)
    return reader().scalar(counted) or 0


def versions_of(actor: Actor, fair: Fair, *, offset: int, limit: int) -> list[VersionLine]:
    """Return versions, the newest first, each with what it changed of the one before."""
    require(actor, Action.VIEW_FAIR, fair)
    rows = (
        reader()
        .execute(
            select(PlanVersion, User.name)
            .outerjoin(User, User.id == PlanVersion.created_by_id)
            .where(PlanVersion.fair_id == fair.id)
            .order_by(PlanVersion.number.desc())
            .offset(offset)
            .limit(limit + 1)  # one more, to tell what the last of them changed
        )
        .all()
    )
    plans = [parse_plan(version.document) for version, _ in rows]
    plans.append(empty_plan(""))
    shown = _published(fair.id)
    return [
        VersionLine(
            number=version.number,
            created_at=version.created_at,
            created_by=name or "Hệ thống",
            booths=len(plans[at].booths),
            changes=_changed(plans[at + 1], plans[at], version.number),
            published=shown.get(version.id, ()),
            is_newest=offset + at == 0,
        )
        for at, (version, name) in enumerate(rows[:limit])
    ]


def version_of(actor: Actor, fair: Fair, number: int) -> VersionView:
    """Return one version of the plan.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Action.VIEW_FAIR, fair)
    session = reader()
    version = find(
        session, PlanVersion, PlanVersion.fair_id == fair.id, PlanVersion.number == number
    )
    newer = select(func.count()).where(PlanVersion.fair_id == fair.id, PlanVersion.number > number)
    (line,) = versions_of(actor, fair, offset=session.scalar(newer) or 0, limit=1)
    return VersionView(line, parse_plan(version.document), _names(version))


def _changed(before: Plan, after: Plan, number: int) -> tuple[Change, ...]:
    return () if number == 1 else tuple(plan_changes(before, after))


def _published(fair_id: int) -> dict[int, tuple[int, ...]]:
    rows = reader().execute(
        select(Publication.plan_version_id, Publication.number)
        .where(Publication.fair_id == fair_id)
        .order_by(Publication.number)
    )
    shown: dict[int, tuple[int, ...]] = {}
    for version_id, number in rows:
        if version_id is not None:
            shown[version_id] = (*shown.get(version_id, ()), number)
    return shown


def _names(version: PlanVersion) -> dict[str, str]:
    last = (
        select(func.max(Publication.id))
        .where(Publication.plan_version_id == version.id)
        .scalar_subquery()
    )
    rows = reader().execute(
        select(Booth.plan_object_id, Application.fascia_name, Exhibitor.name)
        .join(PublicationRow, PublicationRow.booth_id == Booth.id)
        .join(Application, Application.id == PublicationRow.application_id)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(PublicationRow.publication_id == last)
        .order_by(PublicationRow.id)
    )
    names: dict[str, str] = {}
    for object_id, fascia, exhibitor in rows:
        known = names.get(object_id)
        names[object_id] = f"{known}, {fascia or exhibitor}" if known else fascia or exhibitor
    return names
