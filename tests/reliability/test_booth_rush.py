"""The rush of first come, by HTTP to several processes: every booth once, nobody left alone.

The figures at full size, and the longest wait, are measured by `make bench ARGS="B6"`.
"""

from __future__ import annotations

import pytest

from benchmarks.picking import open_booths, rush, standing
from benchmarks.server import free_port, granian
from benchmarks.world import World, visitors
from tests.support.builders import install_plan, make_fair
from tests.support.effort import rounds
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.extensions import db

PICKERS, BOOTHS, PROCESSES = rounds(40, 200), rounds(10, 50), rounds(2, 8)


@pytest.fixture
def made(app, config) -> World:
    """An installation with one fair that is still to come."""
    day = clock.day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = make_fair(
            first_day=day.replace(year=day.year + 1), last_day=day.replace(year=day.year + 1)
        )
        install_plan(fair)
        return World(
            app, config.database_url, config.instance_dir, fair.slug, fair.id, fair.last_day
        )


def test_every_booth_is_taken_once_and_losers_are_told_of_others(app, made):
    everybody = visitors(made, PICKERS, State.APPROVED)
    labels = open_booths(made, BOOTHS)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # no connection crosses the fork of the clients
    port = free_port()

    with granian(
        "tgfair.app:create_app", processes=PROCESSES, env=made.env(port), port=port
    ) as site:
        seen = rush(site, everybody, labels, seed=1)

    assert sorted(seen.taken) == sorted(labels)
    assert made.run(standing) == BOOTHS
    assert (seen.server_errors, seen.left_alone) == (0, 0)
    assert seen.statuses[303] == 2 * BOOTHS
