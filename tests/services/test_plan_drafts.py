"""The draft of a plan: saved by two people, edited in tables, published over held booths."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tgfair.core.layout.draft import Background, Draft, draft_as_json, empty_plan
from tgfair.core.layout.plan import Group, Kind, PlanObject
from tgfair.core.layout.rows import RowRequest
from tgfair.core.workflow import State
from tgfair.models import Booth, PlanVersion, Role
from tgfair.policy import SYSTEM
from tgfair.services import plan_drafts, plan_edits, plan_pictures
from tgfair.services.allocations import assign_booth
from tgfair.services.plan_drafts import DraftConflictError
from tgfair.services.plans import BoothInUseError, BoothTouchedError
from tgfair.services.uow import reader


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_fair()


@pytest.fixture
def organiser(fair):
    return make_staff(Role.ORGANISER)


@pytest.fixture
def square(fair, organiser):
    """A fair whose draft is the square with its 150 booths."""
    install_plan(fair)
    plan_drafts.start_draft(organiser, fair.id, now=NOW)
    return fair


def view(actor, fair):
    reader().rollback()
    found = plan_drafts.draft_of(actor, fair.id)
    assert found is not None
    return found


def saved(actor, fair, plan, *, seen=None, now=NOW, background=None):
    seen = view(actor, fair).version if seen is None else seen
    document = json.loads(json.dumps(draft_as_json(Draft(plan, background))))
    return plan_drafts.save_draft(actor, fair.id, document, seen_version=seen, now=now)


def changed(plan, which, /, **values):
    return replace(
        plan,
        objects=tuple(replace(o, **values) if o.label == which else o for o in plan.objects),
    )


def publish(actor, fair, **more):
    values = {"seen_version": view(actor, fair).version, "over": 1, "agreed": False} | more
    return plan_drafts.publish_draft(actor, fair.id, **values, now=NOW).number


def numbers(fair):
    reader().rollback()
    query = select(PlanVersion.number).where(PlanVersion.fair_id == fair.id)
    return sorted(reader().scalars(query))


def test_draft_begins_empty_or_with_the_newest_plan(fair, organiser):
    assert plan_drafts.draft_of(organiser, fair.id) is None

    plan_drafts.start_draft(organiser, fair.id, now=NOW)
    empty = view(organiser, fair)
    plan_drafts.discard_draft(organiser, fair.id, seen_version=empty.version, now=NOW)
    install_plan(fair)
    plan_drafts.start_draft(organiser, fair.id, now=NOW)
    plan_drafts.start_draft(organiser, fair.id, now=NOW)

    assert empty.plan == empty_plan(fair.name)
    assert (len(view(organiser, fair).plan.booths), view(organiser, fair).updated_by) == (
        150,
        organiser.label,
    )


def test_saving_keeps_all_and_whoever_comes_second_is_told(square, organiser):
    other = make_staff(Role.ORGANISER)
    before = view(organiser, square)
    later = NOW + timedelta(minutes=2)
    theirs = changed(before.plan, "A01", x=7.5)
    mine = changed(before.plan, "A02", label="A99")

    version = saved(other, square, theirs, now=later)
    with pytest.raises(DraftConflictError) as told:
        saved(organiser, square, mine, seen=before.version)

    assert (told.value.who, told.value.at, told.value.message()) == (
        other.label,
        later,
        f"{other.label} vừa sửa bản vẽ này. Gian A01: dời chỗ. Gian A99: đổi mã thành A02.",
    )
    assert (view(organiser, square).plan, view(organiser, square).version) == (theirs, version)
    assert saved(organiser, square, mine) == version + 1
    assert saved(organiser, square, mine) == version + 1  # nothing new, nothing written


def test_draft_may_be_unfinished_but_is_not_published_so(square, organiser):
    twice = changed(view(organiser, square).plan, "A02", label="A01")

    saved(organiser, square, twice)

    with pytest.raises(InvalidError, match="“A01” có hai lần"):
        publish(organiser, square)
    assert numbers(square) == [1]


def test_publishing_makes_the_next_version_and_ends_the_draft(square, organiser):
    plan = view(organiser, square).plan
    (a01,) = (o for o in plan.booths if o.label == "A01")
    saved(organiser, square, changed(plan, "A01", label="A00", power_w=1500))

    number = publish(organiser, square)

    booth = reader().scalars(select(Booth).where(Booth.plan_object_id == a01.id)).one()
    assert (number, numbers(square), booth.label, booth.power_w) == (2, [1, 2], "A00", 1500)
    assert plan_drafts.draft_of(organiser, square.id) is None


def test_draft_over_a_plan_that_was_replaced_is_shown_anew(square, organiser):
    install_plan(square)

    with pytest.raises(ConflictError):
        publish(organiser, square, over=1)
    assert plan_drafts.compare_draft(organiser, square.id).over == 2
    assert publish(organiser, square, over=2) == 3


def test_held_booth_moves_only_with_consent_and_is_never_dropped(square, organiser):
    application = make_application(square, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, square.id, "A01", application.code, now=NOW)
    plan = view(organiser, square).plan
    saved(organiser, square, changed(plan, "A01", x=7.5))

    compared = plan_drafts.compare_draft(organiser, square.id)
    with pytest.raises(BoothTouchedError) as touched:
        publish(organiser, square)
    assert [c.sentence for c in compared.touched] == ["Gian A01: dời chỗ."]
    assert touched.value.labels == ["A01"]
    assert publish(organiser, square, agreed=True) == 2

    plan_drafts.start_draft(organiser, square.id, now=NOW)
    gone = replace(plan, objects=tuple(o for o in plan.objects if o.label != "A01"))
    saved(organiser, square, gone)
    barred = plan_drafts.compare_draft(organiser, square.id).barred
    with pytest.raises(BoothInUseError):
        publish(organiser, square, over=2, agreed=True)
    assert [c.sentence for c in barred] == ["Bỏ Gian A01."]


def test_tables_edit_the_same_draft(fair, organiser):
    plan_drafts.start_draft(organiser, fair.id, now=NOW)

    def edit(function, *args):
        seen = view(organiser, fair).version
        return function(organiser, fair.id, *args, seen_version=seen, now=NOW)

    edit(plan_edits.put_group, Group("B", "Ẩm thực", "#E0A97E"))
    labels = edit(plan_edits.add_row, RowRequest("B", 5, 5, 3, pattern="B##"))
    gate = edit(plan_edits.put_object, PlanObject("", Kind.GATE, 0, 10, 0.5, 4, label="Cổng"))
    booths = view(organiser, fair).plan.booths
    edit(plan_edits.move_objects, [booths[0].id], (1.0, 2.0))
    edit(plan_edits.put_object, replace(booths[1], label="B99"))
    edit(plan_edits.remove_objects, [booths[2].id])
    edit(plan_edits.remove_group, "A")
    edit(plan_edits.change_sheet, plan_edits.Sheet("Sân", 50, 30, 90, "Ghi chú"))

    plan = view(organiser, fair).plan
    assert labels == ["B01", "B02", "B03"]
    assert [(b.label, b.x, b.y) for b in plan.booths] == [("B01", 6, 7), ("B99", 8, 5)]
    assert [g.id for g in plan.groups] == ["B"]
    assert (plan.name, plan.width, plan.height, plan.north) == ("Sân", 50, 30, 90)
    assert plan.objects[-1].id == gate


def test_edit_of_what_is_gone_or_was_saved_meanwhile_is_refused(square, organiser):
    seen = view(organiser, square).version
    missing = PlanObject("nothing", Kind.TREE, 1, 1, 1, 1)
    with pytest.raises(NotFoundError):
        plan_edits.put_object(organiser, square.id, missing, seen_version=seen, now=NOW)
    plan_edits.put_group(organiser, square.id, Group("Z", "Z", "#ffffff"), seen_version=seen, now=NOW)  # fmt: skip

    with pytest.raises(DraftConflictError) as told:
        plan_edits.remove_group(organiser, square.id, "Z", seen_version=seen, now=NOW)
    assert told.value.message() == f"{organiser.label} vừa sửa bản vẽ này."


def test_picture_lies_under_the_draft_and_never_in_a_version(square, organiser):
    photo = io.BytesIO()
    Image.new("RGB", (400, 200), "#888").save(photo, "PNG")
    seen = view(organiser, square).version

    plan_pictures.put_picture(
        organiser, square.id, photo.getvalue(), "anh.png", seen_version=seen, now=NOW
    )
    laid = view(organiser, square)
    assert (laid.draft.background, laid.picture) == (Background(400, 200, scale=0.21), True)
    assert plan_pictures.picture_of(organiser, square.id).startswith(b"\xff\xd8\xff")

    plan_pictures.remove_picture(organiser, square.id, seen_version=laid.version, now=NOW)
    assert view(organiser, square).draft.background is None
    with pytest.raises(NotFoundError):
        plan_pictures.picture_of(organiser, square.id)


def test_only_the_fair_s_organisers_draw(square):
    for reviewer in (make_staff(Role.REVIEWER), make_staff(Role.ORGANISER, fair=make_fair())):
        with pytest.raises(ForbiddenError):
            plan_drafts.draft_of(reviewer, square.id)
        with pytest.raises(ForbiddenError):
            saved(reviewer, square, empty_plan("Của tôi"), seen=1)
        with pytest.raises(ForbiddenError):
            plan_drafts.publish_draft(
                reviewer, square.id, seen_version=1, over=1, agreed=True, now=NOW
            )
