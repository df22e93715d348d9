"""Whom a notice is for: subjects, applications, booths, badge holders or delegates of a fair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, exists, select

from tgfair.core.badge import BadgeKind
from tgfair.core.names import EXHIBITOR_KIND_NAMES, GROUP_NAMES
from tgfair.core.workflow import FINAL, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState, BoothShare
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.booth import Booth
from tgfair.models.campaign import AudienceSource, SavedFilter
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, Zone
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.campaign_words import Target
from tgfair.services.uow import reader

# What may be asked of each source, besides commune and legal form, which all know.
ASKED: dict[AudienceSource, tuple[str, ...]] = {
    AudienceSource.EXHIBITORS: ("groups", "stars", "invited"),
    AudienceSource.APPLICATIONS: ("states", "groups", "zones"),
    AudienceSource.BOOTHS: ("zones", "states"),
    AudienceSource.BADGES: ("badges",),
    AudienceSource.DELEGATES: ("rsvps",),
}
ALWAYS_ASKED = ("communes", "kinds")
INVITED = {"yes": "Đã mời", "no": "Chưa mời"}
REPLIES = (Rsvp.YES, Rsvp.ATTEND_ONLY, Rsvp.NO)
ALLOWED: dict[str, frozenset[str]] = {
    "kinds": frozenset(EXHIBITOR_KIND_NAMES),
    "groups": frozenset(GROUP_NAMES),
    "stars": frozenset({"3", "4", "5"}),
    "invited": frozenset(INVITED),
    "states": frozenset(State),
    "badges": frozenset(str(int(kind)) for kind in BadgeKind),
    "rsvps": frozenset(REPLIES),
}
MOST_VALUES, MOST_LETTERS = 150, 16


@dataclass(frozen=True)
class Wanted:
    """A filter: a source, and for each thing asked the values that fit (none: all do)."""

    source: AudienceSource
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)


def clean_wanted(source: str, conditions: Mapping[str, Sequence[str]]) -> Wanted:
    """Return the filter without what no source knows or no list holds."""
    known = AudienceSource(source) if source in set(AudienceSource) else AudienceSource.APPLICATIONS
    kept: dict[str, list[str]] = {}
    for name in (*ALWAYS_ASKED, *ASKED[known]):
        allowed = ALLOWED.get(name)
        values = [
            str(value)
            for value in list(conditions.get(name, ()))[:MOST_VALUES]
            if (allowed is None and 0 < len(value) <= MOST_LETTERS)
            or (allowed is not None and value in allowed)
        ]
        if values:
            kept[name] = sorted(set(values))
    return Wanted(known, kept)


def targets(actor: Actor, fair: Fair, wanted: Wanted) -> list[Target]:
    """Return whom the filter finds, each subject once, in the order of the names."""
    require(actor, Action.SEND_MESSAGES, fair)
    statement = SOURCES[wanted.source](fair, wanted).where(
        visible_to(actor, Exhibitor), *_about_exhibitor(wanted)
    )
    rows = reader().execute(statement.order_by(Exhibitor.sort_key, Exhibitor.id)).all()
    found: dict[int, Target] = {}
    for exhibitor, application, invitation in rows:
        found.setdefault(exhibitor.id, Target(exhibitor, application, invitation))
    return list(found.values())


def saved_filters(actor: Actor, fair: Fair) -> Sequence[SavedFilter]:
    """Return the fair's named filters in the order of their names."""
    require(actor, Action.SEND_MESSAGES, fair)
    statement = select(SavedFilter).where(SavedFilter.fair_id == fair.id).order_by(SavedFilter.name)
    return reader().scalars(statement).all()


def zones_of(fair: Fair) -> list[tuple[str, str]]:
    """Return code and name of the fair's zones."""
    rows = reader().execute(
        select(Zone.code, Zone.label).where(Zone.fair_id == fair.id).order_by(Zone.code)
    )
    return [(code, f"{code} – {label}") for code, label in rows]


def _about_exhibitor(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = wanted.conditions
    tests: list[ColumnElement[bool]] = []
    if asked.get("communes"):
        tests.append(Exhibitor.unit_new.in_(asked["communes"]))
    if asked.get("kinds"):
        tests.append(Exhibitor.kind.in_(asked["kinds"]))
    if asked.get("groups"):
        tests.append(
            exists().where(Product.exhibitor_id == Exhibitor.id, Product.group.in_(asked["groups"]))
        )
    if asked.get("stars"):
        tests.append(
            exists().where(
                Product.exhibitor_id == Exhibitor.id,
                Certificate.product_id == Product.id,
                Certificate.stars.in_([int(star) for star in asked["stars"]]),
            )
        )
    return tests


def _invitation_of(fair: Fair) -> ColumnElement[bool]:
    return (Invitation.exhibitor_id == Exhibitor.id) & (Invitation.fair_id == fair.id)


def _exhibitors(fair: Fair, wanted: Wanted) -> Select[Exhibitor, Application, Invitation]:
    statement = (
        select(Exhibitor, Application, Invitation)
        .outerjoin(Invitation, _invitation_of(fair))
        .outerjoin(
            Application,
            (Application.exhibitor_id == Exhibitor.id)
            & (Application.fair_id == fair.id)
            & Application.state.not_in(FINAL),
        )
    )
    invited = wanted.conditions.get("invited") or []
    if len(invited) == 1:
        is_invited = Invitation.id.is_not(None)
        statement = statement.where(is_invited if invited == ["yes"] else ~is_invited)
    return statement


def _applications(fair: Fair, wanted: Wanted) -> Select[Exhibitor, Application, Invitation]:
    statement = _with_application(fair)
    states = wanted.conditions.get("states")
    statement = statement.where(
        Application.state.in_(states) if states else Application.state.not_in(FINAL)
    )
    zones = wanted.conditions.get("zones")
    if zones:
        ids = _wishing(fair, zones)
        statement = statement.where(Application.id.in_(ids))
    return statement


def _wishing(fair: Fair, zones: Sequence[str]) -> list[int]:
    """Return the applications whose wishes name one of the zones; JSON is read in Python."""
    rows = reader().execute(
        select(Application.id, Application.wishes).where(Application.fair_id == fair.id)
    )
    return [number for number, wishes in rows if set(wishes or ()) & set(zones)]


def _with_application(fair: Fair) -> Select[Exhibitor, Application, Invitation]:
    return (
        select(Exhibitor, Application, Invitation)
        .join(Application, Application.exhibitor_id == Exhibitor.id)
        .outerjoin(Invitation, _invitation_of(fair))
        .where(Application.fair_id == fair.id)
    )


def _booths(fair: Fair, wanted: Wanted) -> Select[Exhibitor, Application, Invitation]:
    at = (
        select(Assignment.id)
        .join(Booth)
        .join(Zone, Zone.id == Booth.zone_id)
        .where(Assignment.fair_id == fair.id, Assignment.state == AssignmentState.LIVE)
    )
    zones = wanted.conditions.get("zones")
    if zones:
        at = at.where(Zone.code.in_(zones))
    holders = select(Assignment.application_id).where(Assignment.id.in_(at))
    sharers = select(BoothShare.application_id).where(BoothShare.assignment_id.in_(at))
    statement = _with_application(fair).where(
        Application.id.in_(holders) | Application.id.in_(sharers)
    )
    states = wanted.conditions.get("states")
    return statement.where(Application.state.in_(states)) if states else statement


def _badges(fair: Fair, wanted: Wanted) -> Select[Exhibitor, Application, Invitation]:
    tests = [Badge.fair_id == fair.id, Badge.state == BadgeState.VALID]
    kinds = wanted.conditions.get("badges")
    if kinds:
        tests.append(Badge.kind.in_([int(kind) for kind in kinds]))
    of_applications = select(Badge.application_id).where(*tests, Badge.application_id.is_not(None))
    of_guests = select(Badge.invitation_id).where(*tests, Badge.invitation_id.is_not(None))
    return _exhibitors(fair, Wanted(wanted.source)).where(
        Application.id.in_(of_applications) | Invitation.id.in_(of_guests)
    )


def _delegates(fair: Fair, wanted: Wanted) -> Select[Exhibitor, Application, Invitation]:
    replies = wanted.conditions.get("rsvps") or [Rsvp.YES, Rsvp.ATTEND_ONLY]
    return _exhibitors(fair, Wanted(wanted.source)).where(
        Invitation.rsvp.in_(replies), Invitation.revoked_at.is_(None)
    )


SOURCES: dict[
    AudienceSource, Callable[[Fair, Wanted], Select[Exhibitor, Application, Invitation]]
] = {
    AudienceSource.EXHIBITORS: _exhibitors,
    AudienceSource.APPLICATIONS: _applications,
    AudienceSource.BOOTHS: _booths,
    AudienceSource.BADGES: _badges,
    AudienceSource.DELEGATES: _delegates,
}
