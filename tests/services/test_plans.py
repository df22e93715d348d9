"""A plan is replaced while the fair lives: booths keep their holders and their history."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.support.builders import (
    DATA,
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
)
from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.core.workflow import State
from tgfair.models import Booth, PlanVersion, Zone
from tgfair.policy import SYSTEM
from tgfair.services import plans
from tgfair.services.allocations import assign_booth, release_booth
from tgfair.services.plans import BoothInUseError, BoothRememberedError, Installed
from tgfair.services.uow import reader


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        yield fair


@pytest.fixture
def square() -> Plan:
    return parse_plan(json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8")))


def without(plan: Plan, *labels: str) -> Plan:
    return replace(plan, objects=tuple(o for o in plan.objects if o.label not in labels))


def ids(fair) -> dict[str, int]:
    reader().rollback()
    rows = reader().execute(select(Booth.label, Booth.id).where(Booth.fair_id == fair.id))
    return {row[0]: row[1] for row in rows}


def test_booths_are_known_by_their_object_so_two_may_change_labels(fair, square):
    before = ids(fair)
    swap = {"A01": "A02", "A02": "A01"}
    changed = tuple(replace(o, label=swap.get(o.label, o.label)) for o in square.objects)

    installed = plans.install_plan(SYSTEM, fair.id, replace(square, objects=changed), now=NOW)

    after = ids(fair)
    assert installed == Installed(number=2, mails=0)
    assert (after["A01"], after["A02"]) == (before["A02"], before["A01"])


def test_free_booths_and_their_zone_go_with_the_drawing(fair, square):
    gone = {o.label for o in square.booths if o.group == "F"}
    smaller = without(square, *gone)
    smaller = replace(
        smaller,
        groups=tuple(g for g in smaller.groups if g.id != "F"),
        objects=tuple(o for o in smaller.objects if o.group != "F"),
    )

    plans.install_plan(SYSTEM, fair.id, smaller, now=NOW)

    zones = reader().scalars(select(Zone.code).where(Zone.fair_id == fair.id)).all()
    assert (len(ids(fair)), sorted(zones)) == (150 - len(gone), list("ABCDE"))


def test_booths_with_a_holder_or_a_past_must_stay(fair, square):
    one = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", one.code, now=NOW)

    with pytest.raises(BoothInUseError) as held:
        plans.install_plan(SYSTEM, fair.id, without(square, "A01"), now=NOW)
    release_booth(SYSTEM, fair.id, "A01", one.code, reason=None, now=NOW)
    with pytest.raises(BoothRememberedError) as remembered:
        plans.install_plan(SYSTEM, fair.id, without(square, "A01"), now=NOW)

    versions = reader().scalars(select(PlanVersion.number)).all()
    assert (held.value.labels, remembered.value.labels) == (["A01"], ["A01"])
    assert (len(ids(fair)), versions) == (150, [1])
