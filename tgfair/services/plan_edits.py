"""Single edits of the draft, for the tables beside the drawing: the same draft, no dragging."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from tgfair.core.errors import InvalidError
from tgfair.core.layout.draft import (
    checked,
    moved,
    object_of,
    with_group,
    with_objects,
    without_group,
    without_objects,
)
from tgfair.core.layout.plan import MOST_OBJECTS, Group, Plan, PlanObject
from tgfair.core.layout.rows import RowRequest, row_of_booths
from tgfair.policy import Actor
from tgfair.services.identifiers import public_id
from tgfair.services.plan_drafts import change_draft


@dataclass(frozen=True)
class Sheet:
    """The paper that is drawn on: metres, and where north is."""

    name: str
    width: float
    height: float
    north: float
    note: str


def put_object(
    actor: Actor, fair_id: int, item: PlanObject, *, seen_version: int, now: datetime
) -> str:
    """Add an object (its id is empty) or write the one of its id anew; return the id.

    Raises:
        NotFoundError: the object was deleted meanwhile. InvalidError: a value is out of range.
        DraftConflictError: somebody else saved since `seen_version`.
    """
    named = item if item.id else replace(item, id=public_id())

    def change(plan: Plan) -> Plan:
        if item.id:
            object_of(plan, item.id)
        elif len(plan.objects) >= MOST_OBJECTS:
            raise InvalidError(f"Sơ đồ có tối đa {MOST_OBJECTS} đối tượng.")
        return with_objects(plan, [named])

    _edit(actor, fair_id, change, seen_version=seen_version, now=now)
    return named.id


def add_row(
    actor: Actor, fair_id: int, request: RowRequest, *, seen_version: int, now: datetime
) -> list[str]:
    """Add a row of booths; return their labels. Raises as `put_object` does."""
    booths = row_of_booths(request, iter(public_id, ""))
    _edit(
        actor,
        fair_id,
        lambda plan: with_objects(plan, booths),
        seen_version=seen_version,
        now=now,
    )
    return [booth.label for booth in booths]


def remove_objects(
    actor: Actor, fair_id: int, ids: Collection[str], *, seen_version: int, now: datetime
) -> None:
    """Delete objects of the draft. Raises as `put_object` does."""
    _edit(
        actor,
        fair_id,
        lambda plan: without_objects(plan, ids),
        seen_version=seen_version,
        now=now,
    )


def move_objects(
    actor: Actor,
    fair_id: int,
    ids: Collection[str],
    by: tuple[float, float],
    *,
    seen_version: int,
    now: datetime,
) -> None:
    """Move objects by metres to the right and down. Raises as `put_object` does."""
    _edit(
        actor,
        fair_id,
        lambda plan: moved(plan, ids, *by),
        seen_version=seen_version,
        now=now,
    )


def put_group(
    actor: Actor, fair_id: int, group: Group, *, seen_version: int, now: datetime
) -> None:
    """Add a zone, or write the name and colour of the one of its id. Raises as `put_object`."""
    _edit(
        actor,
        fair_id,
        lambda plan: with_group(plan, group),
        seen_version=seen_version,
        now=now,
    )


def remove_group(
    actor: Actor, fair_id: int, group_id: str, *, seen_version: int, now: datetime
) -> None:
    """Delete a zone that nothing on the plan belongs to. Raises as `put_object` does."""
    _edit(
        actor,
        fair_id,
        lambda plan: without_group(plan, group_id),
        seen_version=seen_version,
        now=now,
    )


def change_sheet(
    actor: Actor, fair_id: int, sheet: Sheet, *, seen_version: int, now: datetime
) -> None:
    """Write name, size, north and note of the plan. Raises as `put_object` does."""

    def change(plan: Plan) -> Plan:
        return checked(
            replace(
                plan,
                name=sheet.name,
                width=sheet.width,
                height=sheet.height,
                north=sheet.north,
                note=sheet.note,
            )
        )

    _edit(actor, fair_id, change, seen_version=seen_version, now=now)


def _edit(
    actor: Actor,
    fair_id: int,
    change: Callable[[Plan], Plan],
    *,
    seen_version: int,
    now: datetime,
) -> None:
    change_draft(
        actor,
        fair_id,
        lambda draft: replace(draft, plan=change(draft.plan)),
        seen_version=seen_version,
        now=now,
    )
