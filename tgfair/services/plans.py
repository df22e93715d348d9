"""Plans of a fair: install a drawing, keep the booth inventory in step with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.core.layout.difference import plan_changes
from tgfair.core.layout.plan import Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan
from tgfair.models.assignment import OCCUPYING, Assignment, PublicationRow
from tgfair.models.booth import Booth, PlanVersion
from tgfair.models.draw import DrawChange, DrawEntry
from tgfair.models.fair import Fair, Zone
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.draw_freeze import refuse_redrawing
from tgfair.services.places import lock_places
from tgfair.services.plan_notices import follow_plan
from tgfair.services.uow import find, transaction


@dataclass(frozen=True)
class Installed:
    """A plan came into use; `mails` to holders of changed booths wait for somebody's "send"."""

    number: int
    mails: int


class BoothsHeldError(ConflictError):
    """Booths that a plan may not change like this, by label."""

    MOST_SHOWN = 10

    def __init__(self, labels: list[str]) -> None:
        super().__init__(labels)
        self.labels = labels

    @property
    def shown(self) -> str:
        """The first of them, for a sentence."""
        return ", ".join(self.labels[: self.MOST_SHOWN])


class BoothInUseError(BoothsHeldError):
    """The new plan drops booths that somebody holds."""

    code = "booth_in_use"

    def message(self) -> str:
        """Name the booths and say what to do first."""
        return (
            f"Sơ đồ mới không còn các gian đang có người: {self.shown}. "
            "Hãy đổi hoặc thu hồi các gian này trước."
        )


class BoothTouchedError(BoothsHeldError):
    """Booths that somebody holds change their place or what they offer; nobody agreed to it yet."""

    code = "booth_touched"

    def message(self) -> str:
        """Name the booths and say what to do."""
        return (
            f"Gian đang có người bị thay đổi: {self.shown}. Hãy xem lại danh sách, đánh dấu đồng ý "
            "rồi bấm lại."
        )


class PlanUnseenError(BoothsHeldError):
    """A plan that came at once changes held booths: it is to be looked at in a draft first."""

    code = "plan_unseen"

    def message(self) -> str:
        """Name the booths and say where the plan is looked at."""
        return (
            f"Gian đang có người bị thay đổi: {self.shown}. Hãy bấm “Vẽ, sửa sơ đồ”, nạp tệp vào "
            "bản nháp để xem trước các thay đổi rồi mới dùng."
        )


class BoothRememberedError(BoothsHeldError):
    """The new plan drops booths that stand in the history of the fair."""

    code = "booth_remembered"

    def message(self) -> str:
        """Name the booths and say what to do instead."""
        return (
            f"Sơ đồ mới không còn các gian đã từng xếp hoặc công bố: {self.shown}. "
            "Hãy giữ các gian này trên sơ đồ rồi đánh dấu “không dùng”."
        )


def install_plan(actor: Actor, fair_id: int, plan: Plan, *, now: datetime) -> Installed:
    """Make `plan` the fair's newest version and bring zones and booths in step.

    Zones and booths are recognised by plan group and object id; labels may change. Rules that an
    officer gave a zone stay. Booths that are gone from the plan are deleted. Where places are
    published, the drawing is public at once, and mails to holders of changed booths are proposed.

    Raises:
        BoothInUseError: a booth that is gone is held; nothing is changed.
        BoothRememberedError: a booth that is gone was once assigned; nothing is changed.
        PlanUnseenError: a held booth changes; such a plan goes through a draft.
        FrozenForDrawError: a list that waits for its number speaks of a booth that changes.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.EDIT_FAIR, fair)
        lock_places(session, fair.id)
        _refuse_unseen(session, fair, plan)
        return put_plan(session, actor, fair, plan, now=now)


def _refuse_unseen(session: Session, fair: Fair, plan: Plan) -> None:
    before = newest_version(session, fair.id)
    held = held_objects(session, fair.id) if before else set()
    if before is None or not held:
        return
    changed = {one.id for one in plan_changes(parse_plan(before.document), plan)}
    touched = sorted(booth.label for booth in plan.booths if booth.id in changed & held)
    if touched:
        raise PlanUnseenError(touched)


def held_objects(session: Session, fair_id: int) -> set[str]:
    """Return the plan objects of the booths that somebody holds."""
    return set(
        session.scalars(
            select(Booth.plan_object_id)
            .join(Assignment, Assignment.booth_id == Booth.id)
            .where(Booth.fair_id == fair_id, Assignment.state.in_(OCCUPYING))
        )
    )


def newest_version(session: Session, fair_id: int) -> PlanVersion | None:
    """Return the version that stands now, or None."""
    return session.scalars(
        select(PlanVersion)
        .where(PlanVersion.fair_id == fair_id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    ).one_or_none()


def put_plan(session: Session, actor: Actor, fair: Fair, plan: Plan, *, now: datetime) -> Installed:
    """Do the work of `install_plan` within the caller's transaction."""
    refuse_redrawing(session, fair, plan)
    before = newest_version(session, fair.id)
    version = _add_version(session, actor, fair, plan, after=before, now=now)
    zones = _sync_zones(session, fair, plan)
    _sync_booths(session, fair, plan, zones)
    _drop_empty_zones(session, fair, {group.id for group in plan.groups})
    record(
        session,
        actor,
        "plan.installed",
        fair,
        now=now,
        fair_id=fair.id,
        number=version.number,
        booths=len(plan.booths),
    )
    if before is None:
        return Installed(version.number, 0)
    old = parse_plan(before.document)
    mails = follow_plan(session, actor, fair, old, version, plan, now=now)
    return Installed(version.number, mails)


def _add_version(
    session: Session,
    actor: Actor,
    fair: Fair,
    plan: Plan,
    *,
    after: PlanVersion | None,
    now: datetime,
) -> PlanVersion:
    version = PlanVersion(
        fair_id=fair.id,
        number=after.number + 1 if after else 1,
        document=plan_as_json(plan),
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _sync_zones(session: Session, fair: Fair, plan: Plan) -> dict[str, Zone]:
    known = {
        zone.code: zone for zone in session.scalars(select(Zone).where(Zone.fair_id == fair.id))
    }
    for group in plan.groups:
        zone = known.get(group.id)
        if zone is None:
            zone = Zone(fair_id=fair.id, code=group.id, label=group.label, color=group.color)
            session.add(zone)
            known[group.id] = zone
        zone.label, zone.color = group.label, group.color
        zone.feed_w = (
            sum(
                item.power_w
                for item in plan.objects
                if item.kind == "power" and item.group == group.id
            )
            or None
        )
    session.flush()
    return known


def _sync_booths(session: Session, fair: Fair, plan: Plan, zones: dict[str, Zone]) -> None:
    known = {
        booth.plan_object_id: booth
        for booth in session.scalars(select(Booth).where(Booth.fair_id == fair.id))
    }
    drawn = {item.id: item for item in plan.booths}
    _drop_missing(session, [booth for key, booth in known.items() if key not in drawn])
    for key in known.keys() & drawn.keys():
        # Two booths may change labels: none may stand in the other's way while they do.
        known[key].label = f"~{known[key].id}"
    session.flush()
    for key, item in drawn.items():
        zone = zones[item.group or ""]
        booth = known.get(key)
        if booth is None:
            booth = Booth(fair_id=fair.id, plan_object_id=key)
            session.add(booth)
        _draw(booth, item, zone)
    session.flush()


def _drop_missing(session: Session, gone: list[Booth]) -> None:
    held = set(
        session.scalars(
            select(Assignment.booth_id).where(
                Assignment.booth_id.in_([booth.id for booth in gone]),
                Assignment.state.in_(OCCUPYING),
            )
        )
    )
    if held:
        raise BoothInUseError(sorted(booth.label for booth in gone if booth.id in held))
    remembered = _remembered(session, [booth.id for booth in gone])
    if remembered:
        raise BoothRememberedError(sorted(b.label for b in gone if b.id in remembered))
    for booth in gone:
        session.delete(booth)
    session.flush()


def _remembered(session: Session, booth_ids: list[int]) -> set[int]:
    """Booths that an old assignment, a published version or a draw speaks of."""
    named = (
        Assignment.booth_id,
        PublicationRow.booth_id,
        DrawEntry.booth_id,
        DrawChange.booth_id,
        DrawChange.to_booth_id,
    )
    return {
        found
        for column in named
        for found in session.scalars(select(column).where(column.in_(booth_ids)))
        if found is not None
    }


def _drop_empty_zones(session: Session, fair: Fair, drawn: set[str]) -> None:
    for zone in session.scalars(select(Zone).where(Zone.fair_id == fair.id)).all():
        if zone.code not in drawn:
            session.delete(zone)
    session.flush()


def _draw(booth: Booth, item: PlanObject, zone: Zone) -> None:
    booth.zone_id = zone.id
    booth.label = item.label
    booth.x_m, booth.y_m, booth.width_m, booth.depth_m = item.x, item.y, item.w, item.h
    booth.rotation = item.rot
    booth.front = item.front
    booth.power_w = item.power_w
    booth.water = item.water
    booth.corner = item.corner
    booth.cooling = "cooling" in item.tags
    booth.cooking = "cooking" in item.tags
    booth.tags = list(item.tags)
