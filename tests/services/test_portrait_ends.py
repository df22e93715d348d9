"""Portraits on badges end 90 days after the fair, and with them their files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from tests.support.builders import NOW, make_fair
from tests.support.gate_world import make_badges
from tgfair.models import Badge
from tgfair.policy import SYSTEM
from tgfair.services import badge_photos, badge_rows
from tgfair.services.file_store import file_store
from tgfair.services.jobs import run_due
from tgfair.services.portrait_ends import end_portraits
from tgfair.services.uow import reader, transaction

LAST_DAY = date(2026, 6, 21)
NOON = datetime(2026, 6, 21, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def put_portrait(badge, colour):
    image = BytesIO()
    Image.new("RGB", (300, 400), colour).save(image, "PNG")
    badge_photos.set_photo(SYSTEM, badge.public_id, image.getvalue(), now=NOW)


def kept():
    """How many files there are when the jobs are done."""
    while run_due("w"):
        pass
    return len(list(file_store()))


def shown():
    reader().rollback()
    rows = reader().query(Badge).order_by(Badge.id)
    return [row.photo_sha256 is not None for row in rows]


def test_portraits_and_files_go_90_days_after_the_fair():
    for badge in make_badges(make_fair(last_day=LAST_DAY), "Nguyễn Thị Út Hạnh", "Trần Văn Đức"):
        put_portrait(badge, "#336699")
    (later,) = make_badges(make_fair(last_day=LAST_DAY + timedelta(days=1)), "Lê Văn Ơn")
    put_portrait(later, "#993366")

    assert (end_portraits(NOON + timedelta(days=90)), kept()) == (0, 2)
    assert (end_portraits(NOON + timedelta(days=91)), kept()) == (2, 1)
    assert (end_portraits(NOON + timedelta(days=91)), shown()) == (0, [False, False, True])


def test_file_of_a_portrait_stays_while_another_badge_shows_it():
    one, two = make_badges(make_fair(), "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    put_portrait(one, "#336699")
    put_portrait(two, "#336699")

    badge_photos.remove_photo(SYSTEM, one.public_id, now=NOW)
    assert (shown(), kept()) == ([False, True], 1)
    put_portrait(two, "#993366")
    assert (shown(), kept()) == ([False, True], 1)

    with transaction() as session:
        row = session.get_one(Badge, two.id)
        badge_rows.raise_generation(session, SYSTEM, row, name="Lê Văn Ơn", reason="x", now=NOW)
    assert (shown(), kept()) == ([False, False], 0)
