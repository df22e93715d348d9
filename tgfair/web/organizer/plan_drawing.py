"""The floor plan as the workbench colours it: who stands where, wishes as heat, differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from tgfair.core.layout.plan import Plan
from tgfair.documents.plan_svg import BoothView, plan_svg
from tgfair.models.fair import Fair
from tgfair.services.queries.allocation_plans import PlanView, Seat
from tgfair.services.queries.allocation_reasons import Difference

SHADES = 5


def plan_drawing(
    drawing: Plan, fair: Fair, view: PlanView, picked: Seat | None, against: Mapping[str, str]
) -> Any:
    """Return the plan with everybody where the plan of assignments has them.

    `against` says by booth why it does not suit who is picked; "" where it does.
    """
    holder = {label: seat for seat in view.placed for label in seat.booths}
    free = {*view.free}
    views = {}
    for booth in drawing.booths:
        seat = holder.get(booth.label)
        state = "taken" if seat else "free" if booth.label in free else "locked"
        views[booth.label] = BoothView(
            state=state,
            holder=seat.name if seat else "",
            href=_href(fair, view, picked, seat, booth.label),
            id=seat.code if seat else "",
            marks=_marks(seat, picked, against.get(booth.label)),
            note=against.get(booth.label, ""),
        )
    return plan_svg(drawing, views)


def _href(fair: Fair, view: PlanView, picked: Seat | None, seat: Seat | None, label: str) -> str:
    """A booth leads to its holder; with somebody picked, to trying this place for them."""
    page = url_for("organizer.booth_plan", slug=fair.slug, plan=view.tab.label)
    if picked is not None and (seat is None or seat.code != picked.code):
        return f"{page}?{urlencode({'hs': picked.code, 'gian': label})}#ho-so"
    return "#trong" if seat is None else f"{page}?{urlencode({'hs': seat.code})}#ho-so"


def _marks(seat: Seat | None, picked: Seat | None, against: str | None) -> tuple[str, ...]:
    marks = []
    if against is not None:
        marks.append("unsuitable" if against else "suitable")
    if seat is not None and (seat.locked or seat.fixed):
        marks.append("pinned")
    if seat is not None and picked is not None and seat.code == picked.code:
        marks.append("selected")
    return tuple(marks)


def heat_drawing(drawing: Plan, heat: Mapping[str, int]) -> Any:
    """Return the plan coloured by how many applications wish for each booth, with the numbers."""
    most = max(heat.values(), default=0)
    views = {
        booth.label: BoothView(
            state="taken",
            marks=(f"heat-{_shade(heat.get(booth.label, 0), most)}",),
            note=f"{heat.get(booth.label, 0)} hồ sơ muốn và hợp gian này",
            figure=str(heat.get(booth.label, 0)),
        )
        for booth in drawing.booths
    }
    return plan_svg(drawing, views)


def _shade(value: int, most: int) -> int:
    return 0 if value == 0 else min(SHADES - 1, 1 + (SHADES - 1) * (value - 1) // max(1, most))


def compared_drawing(drawing: Plan, lines: Iterable[Difference]) -> Any:
    """Return the plan with the booths marked whose holder differs."""
    notes: dict[str, list[str]] = {}
    for line in lines:
        for label in line.before:
            notes.setdefault(label, []).append(f"trước: {line.name}")
        for label in line.after:
            notes.setdefault(label, []).append(f"nay: {line.name}")
    views = {
        booth.label: BoothView(
            state="taken" if booth.label in notes else "free",
            marks=("changed",) if booth.label in notes else (),
            note=", ".join(notes.get(booth.label, [])),
        )
        for booth in drawing.booths
    }
    return plan_svg(drawing, views)
