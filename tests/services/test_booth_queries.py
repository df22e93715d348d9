"""Booths with who stands there: live for staff, published for everybody else."""

from __future__ import annotations

import pytest

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
)
from tgfair.core.workflow import State
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth, block_booth, release_booth
from tgfair.services.publications import publish
from tgfair.services.queries.booths import (
    BoothState,
    live_booths,
    newest_drawing,
    published_booths,
    published_booths_of,
    published_drawing,
)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        yield fair


@pytest.fixture
def application(fair):
    return make_application(fair, make_exhibitor(), state=State.APPROVED, fascia_name="Mắm Út Hạnh")


def standing(booths):
    return {b.label: (b.state, b.names) for b in booths if b.state is not BoothState.FREE}


def test_live_booths_of_an_empty_fair_are_all_free(fair):
    assert (len(live_booths(fair.id)), standing(live_booths(fair.id))) == (150, {})


def test_live_booths_name_the_holder_at_once_and_published_ones_do_not(fair, application):
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
    block_booth(SYSTEM, fair.id, "A02", reason="Gốc cây", now=NOW)

    assert standing(live_booths(fair.id)) == {
        "A01": (BoothState.TAKEN, "Mắm Út Hạnh"),
        "A02": (BoothState.BLOCKED, ""),
    }
    assert published_booths(fair.id) == []


def test_published_booths_keep_what_was_published_until_the_next_version(fair, application):
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)
    release_booth(SYSTEM, fair.id, "A01", application.code, reason="Đổi khu", now=NOW)

    assert standing(live_booths(fair.id)) == {}
    assert standing(published_booths(fair.id)) == {"A01": (BoothState.TAKEN, "Mắm Út Hạnh")}
    assert [b.label for b in published_booths_of(application.id)] == ["A01"]


def test_shared_table_names_both(app):
    with app.app_context():
        hall = make_conference()
        install_plan(hall, "hoi-nghi-truoc-tet.json")
        label = live_booths(hall.id)[0].label
        for name in ("Mắm Út Hạnh", "Trà Mỹ Tho"):
            one = make_application(hall, make_exhibitor(), State.APPROVED, fascia_name=name)
            assign_booth(SYSTEM, hall.id, label, one.code, now=NOW)

        assert live_booths(hall.id)[0].names == "Mắm Út Hạnh, Trà Mỹ Tho"


def test_holder_carries_products_and_code(fair, application):
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)

    holder = live_booths(fair.id)[0].holders[0]

    assert (holder.code, [(p.name, p.group, p.stars) for p in holder.products]) == (
        application.code,
        [("Mắm tôm chà", "food", 4)],
    )


def test_drawings_are_the_newest_and_the_published_one(fair, application):
    before = (newest_drawing(fair.id) is not None, published_drawing(fair.id))
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)

    assert before == (True, None)
    assert published_drawing(fair.id) == newest_drawing(fair.id)
