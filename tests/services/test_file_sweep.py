"""Files that no row names go after two days; whatever names one keeps it."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from tests.support.builders import (
    actor_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
)
from tests.support.gate_world import make_badges
from tgfair import clock
from tgfair.core.badge_rules import read_rules
from tgfair.core.workflow import State
from tgfair.models import Attachment, Badge, Fair, Job
from tgfair.policy import SYSTEM
from tgfair.services import badge_photos, badge_settings
from tgfair.services.attachments import Upload, add_attachment, delete_attachment
from tgfair.services.file_store import file_store
from tgfair.services.file_sweep import SPARED, sweep_files
from tgfair.services.jobs import enqueue_job
from tgfair.services.uow import reader, transaction

MOMENT = timedelta(minutes=1)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def picture(colour):
    out = BytesIO()
    Image.new("RGB", (600, 800), colour).save(out, "PNG")
    return out.getvalue()


def later(time=SPARED + MOMENT):
    return clock.real_now() + time


def attached(exhibitor):
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    draft = make_application(make_fair(), exhibitor, State.DRAFT)
    photo = Upload("product_photo", "ảnh.png", picture("#336699"))
    name = add_attachment(owner, draft.code, photo, now=clock.real_now())
    add_attachment(owner, draft.code, Upload("attp", "giay.pdf", PDF), now=clock.real_now())
    return owner, name


def test_a_photo_taken_off_goes_with_its_small_copy_after_two_days():
    owner, name = attached(make_exhibitor())
    assert (sweep_files(later()), len(list(file_store()))) == (0, 3)

    delete_attachment(owner, name, now=clock.real_now())

    assert sweep_files(later(SPARED - MOMENT)) == 0
    assert sweep_files(later()) == 2
    assert list(file_store()) == reader().scalars(select(Attachment.sha256)).all()


def test_files_named_by_rows_of_any_kind_stay_until_they_are_replaced():
    fair = make_fair()
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    badge_photos.set_photo(SYSTEM, badge.public_id, picture("#112233"), now=clock.real_now())
    badge_settings.add_logo(SYSTEM, fair.id, picture("#445566"), now=clock.real_now())
    printed = file_store().put(PDF)
    with transaction() as session:
        enqueue_job(session, SYSTEM, "probe", now=clock.real_now())
        session.scalars(select(Job)).one().result = {"sha256": printed}
    assert (sweep_files(later()), len(list(file_store()))) == (0, 3)

    with transaction() as session:
        session.scalars(select(Job)).one().result = {"text": "Đã xóa"}
        session.get_one(Badge, badge.id).photo_sha256 = None
    reader().rollback()
    rules = reader().get_one(Fair, fair.id).badge_rules

    assert sweep_files(later()) == 2
    assert list(file_store()) == list(read_rules(rules).design.logos)


def test_a_file_that_was_just_sent_again_is_spared():
    digest = file_store().put(PDF)
    path = file_store()._path(digest)
    week_ago = clock.real_now().timestamp() - 7 * 86_400
    os.utime(path, (week_ago, week_ago))

    file_store().put(PDF)
    assert sweep_files(clock.real_now()) == 0

    os.utime(path, (week_ago, week_ago))
    assert (sweep_files(clock.real_now()), list(file_store())) == (1, [])
