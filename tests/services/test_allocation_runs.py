"""Plans of booths: sought by a job, changed by hand, published in one go."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import func, select

from tests.support.booth_world import approved, found, labels, run_named, standing
from tests.support.builders import (
    NOW,
    install_plan,
    make_conference,
    make_fair,
    make_staff,
    save,
)
from tgfair.core.allocation.engine import EngineMissingError
from tgfair.core.allocation.problem import Mode
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tgfair.extensions import db
from tgfair.models import (
    AllocationRun,
    Application,
    Draw,
    DrawEntry,
    DrawMode,
    DrawState,
    Role,
    RunState,
)
from tgfair.policy import SYSTEM
from tgfair.services import jobs
from tgfair.services.allocation_edits import (
    AgainstRulesError,
    copy_plan,
    relocate,
    set_lock,
    take_out,
    undo,
)
from tgfair.services.allocation_publishing import publish_plan
from tgfair.services.allocation_runs import (
    SeekingError,
    discard_run,
    start_run,
    stop_run,
)
from tgfair.services.allocation_settings import Keep, Settings
from tgfair.services.allocations import assign_booth, block_booth


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def here(app):
    with app.app_context():
        yield app


@pytest.fixture
def fair(here):
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def clerk(here):
    return make_staff(Role.ORGANISER)


def test_the_same_fair_and_seed_give_the_same_plan(fair, clerk):
    for _ in range(4):
        approved(fair, wishes=["A", "B"])

    first, second = found(clerk, fair, seed=7), found(clerk, fair, seed=7)

    assert first.inputs_digest == second.inputs_digest
    assert first.result == second.result


def test_two_searches_at_once_are_refused(fair, clerk):
    approved(fair)
    start_run(clerk, fair.id, Settings(), now=NOW)

    with pytest.raises(SeekingError):
        start_run(clerk, fair.id, Settings(), now=NOW)


def test_a_run_that_was_stopped_before_it_began_keeps_a_plan(fair, clerk):
    approved(fair)
    label = start_run(clerk, fair.id, Settings(), now=NOW)
    stop_run(clerk, fair.id, label, now=NOW)
    jobs.run_due("test", kinds=["allocation"])

    assert run_named(fair, label).state is RunState.DONE


def test_places_given_by_hand_stay_unless_they_may_move(fair, clerk):
    one = approved(fair, wishes=["A"])
    assign_booth(clerk, fair.id, "F01", one.code, reason="Xe lăn", now=NOW)

    assert labels(fair, found(clerk, fair)) == {one.code: ["F01"]}
    moved = labels(fair, found(clerk, fair, keep=Keep.PUBLISHED))
    assert moved[one.code][0].startswith("A")


def test_fill_leaves_a_plan_as_it_is_and_places_who_came_later(fair, clerk):
    first = approved(fair)
    before = found(clerk, fair)
    later = approved(fair)
    label = start_run(clerk, fair.id, Settings(mode=Mode.FILL), parent=before.label, now=NOW)
    jobs.run_due("test", kinds=["allocation"])
    after = labels(fair, run_named(fair, label))

    assert after[first.code] == labels(fair, before)[first.code]
    assert later.code in after


def test_demands_that_contradict_are_named(fair, clerk):
    one = approved(fair, "Cơ sở Điện", power_w=90_000)

    run = found(clerk, fair, required=(one.code,))

    assert run.state is RunState.FAILED
    assert [demand["sentence"] for demand in run.result["demands"]] == [
        "Cơ sở Điện phải có gian.",
        "Cơ sở Điện cần 90.000 W.",
    ]


def test_without_the_solver_a_run_is_refused_in_words(fair, clerk, monkeypatch):
    approved(fair)
    monkeypatch.setitem(sys.modules, "highspy", None)

    with pytest.raises(EngineMissingError) as refused:
        start_run(clerk, fair.id, Settings(), now=NOW)
    assert "chưa có bộ giải" in refused.value.message()


def test_a_fair_with_shared_tables_is_placed_by_hand(here, clerk):
    fair = make_conference()
    install_plan(fair, "hoi-nghi-truoc-tet.json")
    approved(fair)

    with pytest.raises(InvalidError, match="chung một bàn"):
        start_run(clerk, fair.id, Settings(), now=NOW)


def test_hand_changes_go_to_a_copy_and_can_be_undone(fair, clerk):
    one, two = approved(fair, "Cơ sở Một"), approved(fair, "Cơ sở Hai")
    run = found(clerk, fair)
    (a,), (b,) = labels(fair, run)[one.code], labels(fair, run)[two.code]

    swapped = relocate(clerk, fair.id, "PA1", one.code, b, seen_version=run.version, now=NOW)
    copy = run_named(fair, "PA1.1")

    assert swapped.label == "PA1.1"
    assert swapped.sentence == f"Đổi chỗ Cơ sở Một (gian {a}) với Cơ sở Hai (gian {b})."
    assert labels(fair, copy) == {one.code: [b], two.code: [a]}
    assert labels(fair, run_named(fair, "PA1")) == {one.code: [a], two.code: [b]}

    undo(clerk, fair.id, "PA1.1", seen_version=copy.version, now=NOW)
    assert labels(fair, run_named(fair, "PA1.1")) == {one.code: [a], two.code: [b]}
    assert standing(fair) == {}


def test_a_change_against_a_rule_needs_a_reason(fair, clerk):
    one = approved(fair, power_w=900)
    run = found(clerk, fair)
    with pytest.raises(AgainstRulesError):
        relocate(clerk, fair.id, "PA1", one.code, "D01", seen_version=run.version, now=NOW)

    relocate(
        clerk,
        fair.id,
        "PA1",
        one.code,
        "D01",
        reason="Trả nợ cũ",
        seen_version=run.version,
        now=NOW,
    )
    assert labels(fair, run_named(fair, "PA1.1")) == {one.code: ["D01"]}


def test_a_lock_holds_against_hands_and_in_the_plan_that_continues(fair, clerk):
    one, two = approved(fair), approved(fair)
    run = found(clerk, fair)
    places = labels(fair, run)
    set_lock(clerk, fair.id, "PA1", one.code, locked=True, seen_version=run.version, now=NOW)
    seen = run_named(fair, "PA1").version

    with pytest.raises(InvalidError, match="đã khóa"):
        relocate(clerk, fair.id, "PA1", two.code, places[one.code][0], seen_version=seen, now=NOW)
    label = start_run(clerk, fair.id, Settings(seed=99), parent="PA1", now=NOW)
    jobs.run_due("test", kinds=["allocation"])
    assert labels(fair, run_named(fair, label))[one.code] == places[one.code]


def test_a_page_that_is_behind_changes_nothing(fair, clerk):
    one = approved(fair)
    run = found(clerk, fair)
    copy_plan(clerk, fair.id, "PA1", now=NOW)
    take_out(clerk, fair.id, "PA1.1", one.code, seen_version=1, now=NOW)

    with pytest.raises(ConflictError):
        relocate(clerk, fair.id, "PA1.1", one.code, "A05", seen_version=run.version - 1, now=NOW)


def test_discarding_leaves_published_and_continued_plans(fair, clerk):
    approved(fair)
    run = found(clerk, fair)
    copy_plan(clerk, fair.id, "PA1", now=NOW)

    with pytest.raises(InvalidError, match=r"làm từ PA1\."):
        discard_run(clerk, fair.id, "PA1", now=NOW)
    publish_plan(clerk, fair.id, "PA1.1", typed="PA1.1", note="", seen_version=1, now=NOW)
    with pytest.raises(InvalidError, match="đã công bố"):
        discard_run(clerk, fair.id, "PA1.1", now=NOW)
    copy_plan(clerk, fair.id, "PA1", now=NOW)
    discard_run(clerk, fair.id, "PA1.2", now=NOW)
    count = select(func.count()).select_from(AllocationRun)
    assert (db.session.scalar(count), run.label) == (2, "PA1")


def test_others_cannot_start_or_see_plans(fair, clerk):
    approved(fair)
    found(clerk, fair)
    for actor in (make_staff(Role.REVIEWER), make_staff(Role.COMMUNE_OFFICER)):
        with pytest.raises((ForbiddenError, NotFoundError)):
            start_run(actor, fair.id, Settings(), now=NOW)
        with pytest.raises((ForbiddenError, NotFoundError)):
            discard_run(actor, fair.id, "PA1", now=NOW)
    discard_run(SYSTEM, fair.id, "PA1", now=NOW)


def drawn(fair, state, *entries: tuple[Application, int | None]) -> None:
    """A list of zone F, waiting for its number or drawn."""
    draw = Draw(
        fair_id=fair.id,
        number=1,
        mode=DrawMode.ORDER,
        state=state,
        source_kind=SourceKind.HALL,
        source_name="Hội trường",
        source_at=NOW,
        closed_at=NOW,
        objection_hours=0,
        objections_until=NOW,
        closed={"zones": [{"code": "F"}]},
        list_hash="0" * 64,
    )
    draw.entries = [
        DrawEntry(application_id=one.id, zone_code="F", lot=lot) for one, lot in entries
    ]
    save(draw)


def test_lots_let_the_smaller_number_have_the_better_wish(fair, clerk):
    late, early = approved(fair, wishes=["F"]), approved(fair, wishes=["F"])
    for label in ("F02", "F03", "F04", "F05", "F06"):
        block_booth(clerk, fair.id, label, reason="Thử", now=NOW)
    drawn(fair, DrawState.DRAWN, (late, 2), (early, 1))

    run = found(clerk, fair, mode=Mode.LOTS)

    assert labels(fair, run)[early.code] == ["F01"]
    assert labels(fair, run)[late.code] != ["F01"]


def test_a_list_that_waits_for_its_number_is_left_alone(fair, clerk):
    one, listed = approved(fair, wishes=["F"]), approved(fair, wishes=["F"])
    before = found(clerk, fair)
    drawn(fair, DrawState.FROZEN, (listed, None))

    with pytest.raises(InvalidError, match="gian này không dùng"):
        publish_plan(
            clerk, fair.id, "PA1", typed="PA1", note="", seen_version=before.version, now=NOW
        )
    after = labels(fair, found(clerk, fair))
    assert [*after] == [one.code]
    assert not after[one.code][0].startswith("F")
