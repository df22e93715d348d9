"""The versions of a plan: who changed what, what the holders are told, drawing on from an old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import ForbiddenError, NotFoundError
from tgfair.core.workflow import State
from tgfair.models import DrawMode, Message, MessageState, PlanVersion, Role
from tgfair.policy import SYSTEM
from tgfair.services import plan_drafts, plans
from tgfair.services.allocations import assign_booth
from tgfair.services.draw_freeze import FrozenForDrawError
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.plan_drafts import DraftExistsError
from tgfair.services.plans import Installed, PlanUnseenError
from tgfair.services.publications import publish
from tgfair.services.queries.booths import newest_drawing, published_booths, published_drawing
from tgfair.services.queries.plan_versions import version_of, versions_of
from tgfair.services.uow import reader, transaction


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        yield fair


@pytest.fixture
def organiser(fair):
    return make_staff(Role.ORGANISER)


def put_at(fair, label, name):
    application = make_application(fair, make_exhibitor(name), State.APPROVED)
    assign_booth(SYSTEM, fair.id, label, application.code, now=NOW)
    return application


def redraw(actor, fair, **labels):
    """Put today's plan with some booths changed to use, by way of a draft: A01={"x": 7.5}."""
    plan = changed(fair, **labels)
    plan_drafts.start_draft(actor, fair.id, now=NOW)
    version = plan_drafts.replace_drawing(actor, fair.id, plan, seen_version=1, now=NOW)
    over = plan_drafts.compare_draft(actor, fair.id).over
    return plan_drafts.publish_draft(
        actor, fair.id, seen_version=version, over=over, agreed=True, now=NOW
    )


def changed(fair, **labels):
    reader().rollback()
    plan = newest_drawing(fair.id)
    objects = tuple(replace(o, **labels.get(o.label, {})) for o in plan.objects)
    return replace(plan, objects=objects)


def proposals():
    reader().rollback()
    rows = reader().scalars(select(Message).where(Message.kind == "booth_redrawn")).all()
    return [(row.state, row.application_id, row.params["changes"]) for row in rows]


def test_holders_are_written_to_once_a_published_booth_changes(fair, organiser):
    moved, kept = put_at(fair, "A01", "Mắm Út Hạnh"), put_at(fair, "B03", "Trà Mỹ Tho")
    assert redraw(organiser, fair, A01={"x": 7.5}) == Installed(2, 0)  # nobody was told yet
    publish(organiser, fair.id, note=None, now=NOW)
    secret = put_at(fair, "C02", "Cơ sở chưa công bố")

    installed = redraw(organiser, fair, A01={"label": "A00", "x": 8}, C02={"x": 9.5}, A05={"x": 9})

    waits = (MessageState.PROPOSED, moved.id, ["Gian A01: đổi mã thành A00, dời chỗ."])
    assert (installed, proposals()) == (Installed(3, 1), [waits])
    assert published_drawing(fair.id) == newest_drawing(fair.id)
    stands = {b.label: [h.application_id for h in b.holders] for b in published_booths(fair.id)}
    assert (stands["A00"], stands["B03"], stands["C02"]) == ([moved.id], [kept.id], [])
    assert secret.id not in [told for _, told, _ in proposals()]


def test_a_plan_that_changes_a_held_booth_is_looked_at_in_a_draft_first(fair, organiser):
    put_at(fair, "A01", "Mắm Út Hạnh")

    with pytest.raises(PlanUnseenError, match="A01") as refused:
        plans.install_plan(organiser, fair.id, changed(fair, A01={"x": 7.5}), now=NOW)
    other = plans.install_plan(organiser, fair.id, changed(fair, A05={"x": 7.5}), now=NOW)

    assert (refused.value.labels, other) == (["A01"], Installed(2, 0))


def test_a_change_of_what_nobody_stands_at_writes_to_nobody(fair, organiser):
    put_at(fair, "A01", "Mắm Út Hạnh")
    publish(organiser, fair.id, note=None, now=NOW)

    assert redraw(organiser, fair, A05={"x": 7.5}) == Installed(2, 0)
    assert proposals() == []


def test_list_says_who_changed_what_and_who_stood_there(fair, organiser):
    put_at(fair, "A01", "Mắm Út Hạnh")
    publish(organiser, fair.id, note=None, now=NOW)
    redraw(organiser, fair, A01={"label": "A00"})
    reader().rollback()

    newest, first = versions_of(organiser, fair, offset=0, limit=10)
    old = version_of(organiser, fair, 1)

    assert [
        (v.number, v.created_by, v.booths, v.published, v.is_newest) for v in (newest, first)
    ] == [
        (2, organiser.label, 150, (2,), True),
        (1, "Hệ thống", 150, (1,), False),
    ]
    assert [c.sentence for c in newest.changes] == ["Gian A01: đổi mã thành A00."]
    assert (old.line, [b.label for b in old.plan.booths if b.id in old.names]) == (first, ["A01"])
    assert list(old.names.values()) == ["Mắm Út Hạnh"]
    with pytest.raises(NotFoundError):
        version_of(organiser, fair, 9)


def test_a_draft_begins_on_an_old_version_unless_somebody_draws(fair, organiser):
    redraw(organiser, fair, A01={"label": "A00"})
    with pytest.raises(ForbiddenError):
        plan_drafts.draft_from(make_staff(Role.REVIEWER), fair.id, 1, now=NOW)
    with pytest.raises(NotFoundError):
        plan_drafts.draft_from(organiser, fair.id, 7, now=NOW)

    plan_drafts.draft_from(organiser, fair.id, 1, now=NOW)

    reader().rollback()
    compared = plan_drafts.compare_draft(organiser, fair.id)
    assert [c.sentence for c in compared.changes] == ["Gian A00: đổi mã thành A01."]
    with pytest.raises(DraftExistsError):
        plan_drafts.draft_from(organiser, fair.id, 1, now=NOW)


def test_codes_of_a_frozen_list_keep_meaning_the_same_booths(fair, organiser):
    make_application(fair, make_exhibitor(), State.APPROVED)
    plan = DrawPlan(
        DrawMode.BOOTHS,
        ("A",),
        SourceKind.HALL,
        "Hội trường",
        NOW + timedelta(days=1),
        0,
        leaves_aside=False,
    )
    freeze_list(organiser, fair.id, plan, now=NOW)

    for change in ({"label": "A99"}, {"group": "B"}):
        with pytest.raises(FrozenForDrawError, match="Khu A"):
            plans.install_plan(organiser, fair.id, changed(fair, A01=change), now=NOW)
    assert redraw(organiser, fair, A01={"x": 7.5}, B01={"label": "B99"}).number == 2


def test_a_version_is_never_redrawn(fair):
    with pytest.raises(TypeError), transaction() as session:
        session.scalars(select(PlanVersion)).one().document = {}
