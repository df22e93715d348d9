"""A large fair ready to be assigned: a drawing of 300 booths and applications whose review is over."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
)
from tgfair.core.vietnamese import fold, sort_key
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    AllocationRun,
    Application,
    ApplicationProduct,
    Assignment,
    AssignmentState,
    Booth,
    Exhibitor,
    ExhibitorKind,
    Fair,
)
from tgfair.services import jobs
from tgfair.services.allocation_runs import (
    places_of,
    start_run,
)
from tgfair.services.allocation_settings import Settings
from tgfair.services.identifiers import public_id
from tgfair.services.uow import transaction

ZONES = ("A", "B", "C", "D", "E", "F")
ROWS, LENGTH = 5, 10
GROUPS = ("food", "food", "food", "drink", "craft", "herbal")


def drawing() -> dict[str, Any]:
    """Six zones of five rows of ten booths, three metres each, in the format of the plan."""
    booths = [
        _booth(zone, row, place)
        for zone in range(len(ZONES))
        for row in range(ROWS)
        for place in range(LENGTH)
    ]
    gate = {"id": "gate-1", "kind": "gate", "x": 50, "y": 79, "w": 6, "h": 1, "label": "Cổng"}
    return {
        "format": "tgfair-plan/1",
        "version": 1,
        "name": "Sân 300 gian",
        "unit": "m",
        "size": [106, 80],
        "groups": [{"id": z, "label": f"Khu {z}", "color": "#F6C65B"} for z in ZONES],
        "objects": [*booths, gate],
    }


def _booth(zone: int, row: int, place: int) -> dict[str, Any]:
    code = ZONES[zone]
    number = row * LENGTH + place + 1
    return {
        "id": f"{code.lower()}-{number}",
        "kind": "booth",
        "x": 3 + (zone % 3) * 34 + place * 3,
        "y": 3 + (zone // 3) * 37 + row * 7,
        "w": 3,
        "h": 3,
        "rot": 0,
        "label": f"{code}{number:02d}",
        "group": code,
        "power_w": 1500 if row == 0 else 500,
        "water": row == 1,
        "corner": place in {0, LENGTH - 1},
        "front": "S",
        "tags": [],
    }


def fill(fair: Fair, count: int, *, seed: int = 1, first: int = 0) -> list[str]:
    """Add approved applications of as many subjects and return their codes.

    They are numbered from `first`, so that a fair can be filled twice.
    """
    dice = random.Random(seed)  # noqa: S311 -- an invented fair, the same every time
    with transaction() as session:
        rows = [
            _application(fair.id, fair.code, number, dice) for number in range(first, first + count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.code for row in rows]


def _application(fair_id: int, prefix: str, number: int, dice: random.Random) -> Application:
    name = f"Cơ sở {number + 1:03d}"
    exhibitor = Exhibitor(
        public_id=public_id(),
        kind=ExhibitorKind.COOPERATIVE,
        name=name,
        phone=f"+8491{number:07d}",
        email=f"coso{number}@example.vn",
        unit_new="28582",
        is_verified=True,
        in_register=True,
        search_fold=fold(name),
        sort_key=sort_key(name),
        created_at=NOW,
    )
    group = dice.choice(GROUPS)
    row = Application(
        code=f"{prefix}-B{number:05d}",
        fair_id=fair_id,
        exhibitor=exhibitor,
        state=State.APPROVED,
        saved_at=NOW,
        created_at=NOW,
        submitted_at=NOW,
        contact_name="Út Hạnh",
        contact_phone=exhibitor.phone,
        contact_email=exhibitor.email,
        fascia_name=name,
        booths_wanted=2 if number % 30 == 0 else 1,
        wishes=dice.sample(ZONES, 3),
        power_w=dice.choice((0, 100, 300, 500, 1200)) if number % 4 == 0 else 0,
        water=number % 25 == 0,
    )
    row.products = [
        ApplicationProduct(
            name=f"Sản phẩm {number % 40}",
            group=group,
            stars=dice.choice((3, 3, 4, 5)),
            certificate_state="valid",
            search_fold=f"san pham {number % 40}",
        )
    ]
    return row


def approved(fair, name=None, **columns) -> Application:
    return make_application(fair, make_exhibitor(name), State.APPROVED, **columns)


def run_named(fair, label) -> AllocationRun:
    db.session.rollback()
    return db.session.scalars(
        select(AllocationRun).where(AllocationRun.fair_id == fair.id, AllocationRun.label == label)
    ).one()


def found(clerk, fair, **settings) -> AllocationRun:
    """A plan that the worker has sought."""
    label = start_run(clerk, fair.id, Settings(**settings), now=NOW)
    assert jobs.run_due("test", kinds=["allocation"])
    return run_named(fair, label)


def labels(fair, run) -> dict[str, list[str]]:
    names = dict(
        db.session.execute(
            select(Booth.plan_object_id, Booth.label).where(Booth.fair_id == fair.id)
        ).all()
    )
    return {code: [names[one] for one in booths] for code, booths in places_of(run).items()}


def standing(fair) -> dict[str, str]:
    db.session.rollback()
    rows = db.session.execute(
        select(Booth.label, Application.code)
        .join(Assignment, Assignment.booth_id == Booth.id)
        .join(Application, Application.id == Assignment.application_id)
        .where(Booth.fair_id == fair.id, Assignment.state == AssignmentState.LIVE)
    ).all()
    return {row[0]: row[1] for row in rows}
