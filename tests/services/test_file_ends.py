"""What was taken off or replaced leaves the disk; whatever names a file keeps it."""

from __future__ import annotations

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
from tgfair.models import Attachment, Base, Fair
from tgfair.policy import SYSTEM
from tgfair.services import badge_photos, badge_settings
from tgfair.services.attachments import Upload, add_attachment, delete_attachment
from tgfair.services.file_ends import let_go
from tgfair.services.file_store import file_store
from tgfair.services.jobs import run_due
from tgfair.services.uow import reader, transaction

NOW = clock.real_now()


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def picture(colour):
    out = BytesIO()
    Image.new("RGB", (600, 800), colour).save(out, "PNG")
    return out.getvalue()


def photo(colour="#336699"):
    return Upload("product_photo", "ảnh.png", picture(colour))


def kept():
    while run_due("w"):
        pass
    return sorted(file_store())


def draft_of(exhibitor):
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    return owner, make_application(make_fair(), exhibitor, State.DRAFT).code


def digests_of(name):
    columns = Attachment.sha256, Attachment.thumb_sha256
    found = reader().execute(select(*columns).where(Attachment.public_id == name)).one()
    reader().rollback()
    return sorted(found)


def test_a_photo_taken_off_leaves_the_disk_with_its_small_copy():
    owner, code = draft_of(make_exhibitor())
    goes = add_attachment(owner, code, photo("#993366"), now=NOW)
    stays = add_attachment(owner, code, photo(), now=NOW)

    delete_attachment(owner, goes, now=NOW)

    assert kept() == digests_of(stays)


def test_a_photo_that_another_application_sent_too_stays():
    owner, code = draft_of(make_exhibitor())
    other, other_code = draft_of(make_exhibitor())
    name = add_attachment(owner, code, photo(), now=NOW)
    same = add_attachment(other, other_code, photo(), now=NOW)

    delete_attachment(owner, name, now=NOW)

    assert kept() == digests_of(same)


def test_a_photo_sent_again_before_the_job_ran_stays():
    owner, code = draft_of(make_exhibitor())
    delete_attachment(owner, add_attachment(owner, code, photo(), now=NOW), now=NOW)
    again = add_attachment(owner, code, photo(), now=NOW)

    assert kept() == digests_of(again)


def test_a_file_sent_again_but_not_yet_named_stays():
    digest = file_store().put(picture("#112233"))
    with transaction() as session:
        let_go(session, digest, None, now=NOW)
    file_store().put(picture("#112233"))

    assert kept() == [digest]


def test_a_portrait_that_is_a_logo_too_stays_until_it_is_neither():
    fair = make_fair()
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    badge_settings.add_logo(SYSTEM, fair.id, picture("#445566"), now=NOW)
    (logo,) = read_rules(reader().get_one(Fair, fair.id).badge_rules).design.logos
    reader().rollback()
    badge_photos.set_photo(SYSTEM, badge.public_id, picture("#112233"), now=NOW)
    with transaction() as session:
        let_go(session, logo, now=NOW)
    assert len(kept()) == 2

    badge_photos.remove_photo(SYSTEM, badge.public_id, now=NOW)
    assert kept() == [logo]
    badge_settings.remove_logo(SYSTEM, fair.id, logo, now=NOW)
    assert kept() == []


def test_every_column_that_names_a_file_is_asked():
    columns = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("sha256")
    }

    assert columns == {
        "attachment.sha256",
        "attachment.thumb_sha256",
        "badge.photo_sha256",
        "bulletin.file_sha256",
        "plan_draft.picture_sha256",
        "register_import.file_sha256",
    }
