"""Booths of a list that waits for its number stay as they are; drawn ones need two people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.core.layout.plan import Plan
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.draw import Draw, DrawEntry, DrawState
from tgfair.models.fair import Fair


class FrozenForDrawError(ConflictError):
    """A published list waits for its number; its booths cannot be given away meanwhile."""

    code = "frozen_for_draw"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def message(self) -> str:
        """Say what waits, and what can be done."""
        return (
            f"{self.what} đang chờ bốc thăm theo danh sách đã công bố. "
            "Chờ có kết quả, hoặc sửa danh sách (có lý do công khai) rồi hãy xếp."
        )


class DrawnBoothError(ConflictError):
    """The booth was given by a public draw; one person alone does not change that."""

    code = "drawn_booth"

    def __init__(self, booth: str) -> None:
        super().__init__(booth)
        self.booth = booth

    def message(self) -> str:
        """Say where it can be asked for."""
        return (
            f"Gian {self.booth} do bốc thăm công khai. Muốn đổi phải có hai người: "
            "đề nghị và đồng ý ở trang Bốc thăm, lý do được công khai."
        )


def refuse_drawn(assignment: Assignment) -> None:
    """Refuse to end a place that was drawn.

    Raises:
        DrawnBoothError: it was.
    """
    drawn = assignment.source is AssignmentSource.DRAW
    if drawn and assignment.state is AssignmentState.LIVE:
        raise DrawnBoothError(assignment.booth.label)


def refuse_frozen(session: Session, booth: Booth, application: Application) -> None:
    """Refuse to place somebody while the fair's frozen list speaks of the booth or of them.

    Raises:
        FrozenForDrawError: the booth's zone, or the application, waits for the number.
    """
    refuse_frozen_zone(session, booth)
    if application.id in frozen_applications(session, booth.fair_id):
        raise FrozenForDrawError(f"Hồ sơ {application.code}")


def refuse_frozen_zone(session: Session, booth: Booth) -> None:
    """Refuse to change a booth while its zone waits for the number.

    Raises:
        FrozenForDrawError: it names the zone.
    """
    if booth.zone.code in frozen_zones(session, booth.fair_id):
        raise FrozenForDrawError(f"Khu {booth.zone.code}")


def frozen_zones(session: Session, fair_id: int) -> frozenset[str]:
    """Return the codes of the zones that wait for a draw's number."""
    draw = _frozen(session, fair_id)
    return frozenset(zone["code"] for zone in draw.closed["zones"]) if draw else frozenset()


def frozen_applications(session: Session, fair_id: int) -> frozenset[int]:
    """Return the applications (ids) of the list that waits for its number."""
    return frozenset(
        session.scalars(
            select(DrawEntry.application_id)
            .join(Draw)
            .where(Draw.fair_id == fair_id, Draw.state == DrawState.FROZEN)
        )
    )


def refuse_redrawing(session: Session, fair: Fair, plan: Plan) -> None:
    """Refuse a plan in which a listed booth is gone, has another code or is in another zone.

    Lists name booths by their codes, so a code must mean the same booth until the number is there.

    Raises:
        FrozenForDrawError: it names the first zone that would change.
    """
    draw = _frozen(session, fair.id)
    if draw is None:
        return
    codes = frozen_zones(session, fair.id)
    listed = {
        (booth.label, booth.plan_object_id): booth.zone.code
        for booth in session.scalars(select(Booth).where(Booth.fair_id == fair.id))
        if booth.zone.code in codes
    }
    drawn = {(item.label, item.id): item.group for item in plan.booths}
    for known, zone in sorted(listed.items()):
        if drawn.get(known) != zone:
            raise FrozenForDrawError(f"Khu {zone}")


def _frozen(session: Session, fair_id: int) -> Draw | None:
    return session.scalars(
        select(Draw).where(Draw.fair_id == fair_id, Draw.state == DrawState.FROZEN)
    ).one_or_none()
