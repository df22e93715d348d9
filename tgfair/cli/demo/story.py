"""The story from the empty database to both fairs in mid-life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from typing import Final

from tgfair.cli.demo import conference, lots, news, people, placing, square
from tgfair.cli.demo.stage import CLERK, at
from tgfair.services import imports
from tgfair.services.queries import demo_story as reading
from tgfair.services.settings import mark_demo_database, set_demo_clock

REGISTER = "demo-register.xlsx"
STEPS: Final = 100
# Both fairs looked at best: booths are published, some are not confirmed yet.
SHOWN = square.DECIDED + timedelta(days=4)


def tell(progress: Callable[[int], None]) -> None:
    """Load everything in the order in which it would have happened; `progress` counts to STEPS."""
    start = conference.CREATED - timedelta(days=5)
    people.hire(now=at(start))
    data = files("tgfair").joinpath("data", REGISTER).read_bytes()
    imports.import_file(CLERK, REGISTER, data, on=start, now=at(start))
    progress(10)
    _hold_conference()
    progress(25)
    _prepare_fair(progress)
    news.announce(at(SHOWN - timedelta(days=2)))
    people.enrol_producer(now=at(SHOWN))
    set_demo_clock(CLERK, at(SHOWN))
    mark_demo_database()
    progress(5)


def _hold_conference() -> None:
    fair = conference.create()
    subjects = list(reading.register())
    conference.invite(fair, subjects)
    for number, subject in enumerate(subjects):
        conference.answer(fair, number, subject)
    conference.seat(fair)


def _prepare_fair(progress: Callable[[int], None]) -> None:
    fair = square.create()
    subjects = list(reading.register())
    square.invite(fair, subjects)
    everybody = square.applicants(subjects)
    for number, subject in enumerate(everybody):
        square.apply(fair, number, subject, total=len(everybody))
    progress(30)
    square.decide(fair)
    placing.open_gates(fair)
    lots.draw(fair)
    placing.place(fair)
    progress(20)
    placing.seek_plan(fair)
    placing.confirm(fair)
    placing.open_load_in(fair)
    news.remind(fair, at(SHOWN))
    progress(10)
