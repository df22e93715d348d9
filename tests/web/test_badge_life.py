"""Builders, vehicles and portraits by the producer; the desk for lost badges."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from tests.support import builders
from tests.support.builders import csrf_of, sign_in
from tests.support.gate_world import make_badges, make_confirmed
from tgfair.core.badge import BadgeKind
from tgfair.models import Badge, BadgeState, Role
from tgfair.services.badge_rows import valid_badges
from tgfair.services.uow import reader

NOW = builders.NOW


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        yield builders.make_fair(registration_closes_at=NOW)


@pytest.fixture
def exhibitor(fair):
    return builders.make_exhibitor("Cơ sở Mắm Út Hạnh")


@pytest.fixture
def application(fair, exhibitor):
    return make_confirmed(fair, "Nguyễn Thị Út Hạnh", exhibitor=exhibitor)


@pytest.fixture
def owner(exhibitor):
    return builders.make_member(exhibitor)


@pytest.fixture
def organiser(fair):
    return builders.make_user(Role.ORGANISER, fair=fair)


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def holders(application, kind):
    reader().rollback()
    return [badge.holder_name for badge in valid_badges(reader(), application.id, kind)]


def picture(width, height):
    stream = BytesIO()
    Image.new("RGB", (width, height), "#336699").save(stream, "PNG")
    return BytesIO(stream.getvalue()), "anh.png"


def test_producer_names_builders_and_a_vehicle(client, application, owner):
    sign_in(client, owner)
    base = f"/ho-so/{application.code}/the"

    assert "0 trên 4 thẻ" in client.get(base).text
    answer = post(client, f"{base}/them/thi-cong", name1="Trần Văn Đức", name3="Lê Thị Bé")
    assert (answer.status_code, answer.location) == (303, base)
    assert "Xóa một biển số là hủy thẻ của xe đó." in client.get(f"{base}/them/xe").text
    post(client, f"{base}/them/xe", name1="63c-123.45")

    assert holders(application, BadgeKind.BUILDER) == ["Trần Văn Đức", "Lê Thị Bé"]
    assert holders(application, BadgeKind.VEHICLE) == ["63C-123.45"]
    assert 'value="Lê Thị Bé"' in client.get(f"{base}/them/thi-cong").text
    page = client.get(base).text
    assert "2 trên 4 thẻ" in page
    assert "63C-123.45" in page


def test_a_builder_who_is_no_longer_named_loses_the_badge(client, application, owner):
    sign_in(client, owner)
    path = f"/ho-so/{application.code}/the/them/thi-cong"
    post(client, path, name1="Trần Văn Đức", name2="Lê Thị Bé")

    post(client, path, name1="Trần Văn Đức")

    assert holders(application, BadgeKind.BUILDER) == ["Trần Văn Đức"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name1": "xe tải"}, "Biển số xe chưa đúng"),
        ({"name1": "x" * 130}, "Biển số xe chưa đúng"),
    ],
)
def test_a_plate_that_is_none_is_put_back(client, application, owner, typed, sentence):
    sign_in(client, owner)

    answer = post(client, f"/ho-so/{application.code}/the/them/xe", **typed)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{typed["name1"]}"' in answer.text


def test_more_badges_wait_for_the_booth(client, fair, exhibitor, owner):
    application = builders.make_application(fair, exhibitor)
    sign_in(client, owner)
    path = f"/ho-so/{application.code}/the/them/xe"

    assert "Lúc này chưa ghi được" in client.get(path).text
    answer = post(client, path, name1="63C-123.45")

    assert answer.status_code == 303
    assert "Cơ sở cần nhận gian trước" in client.get(answer.location).text


def test_a_kind_of_badge_that_nobody_names_is_not_found(client, application, owner):
    sign_in(client, owner)

    assert client.get(f"/ho-so/{application.code}/the/them/bao-chi").status_code == 404


def test_producer_puts_a_portrait_on_and_takes_it_off(client, fair, owner, exhibitor):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh", exhibitor=exhibitor)
    sign_in(client, owner)
    base = f"/ho-so/{badge.application.code}/the/{badge.public_id}"

    answer = post(client, f"{base}/anh", photo=picture(600, 900))
    assert answer.status_code == 303
    shown = client.get(f"{base}/anh.jpg")
    assert Image.open(BytesIO(shown.data)).size == (300, 400)
    assert "Bỏ ảnh khỏi thẻ" in client.get(f"{base}/anh").text
    post(client, f"{base}/anh/bo")

    assert client.get(f"{base}/anh.jpg").status_code == 404


def test_a_picture_on_its_side_is_no_portrait(client, fair, owner, exhibitor):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh", exhibitor=exhibitor)
    sign_in(client, owner)
    path = f"/ho-so/{badge.application.code}/the/{badge.public_id}/anh"

    answer = post(client, path, photo=picture(856, 540))

    assert answer.status_code == 400
    assert "Cần ảnh chân dung chụp đứng" in answer.text


def test_desk_blocks_the_lost_badge_and_offers_the_next_one(client, fair, organiser):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    sign_in(client, organiser)
    desk = f"/ql/{fair.slug}/the/mat"

    assert "Nguyễn Thị Út Hạnh" in client.get(f"{desk}?q=ut hanh nguyen").text
    assert "Nguyễn Thị Út Hạnh" in client.get(f"{desk}?q={badge.short_code.lower()}").text
    assert "Không có thẻ nào khớp" in client.get(f"{desk}?q=ai do").text
    answer = post(client, f"/ql/{fair.slug}/the/{badge.public_id}/mat")

    page = client.get(answer.location).text
    assert "Đã chặn thẻ cũ" in page
    assert f"/ql/{fair.slug}/the/{badge.public_id}.pdf" in page
    reader().rollback()
    row = reader().get_one(Badge, badge.id, populate_existing=True)
    assert (row.generation, row.state) == (1, BadgeState.VALID)


def test_desk_pressed_twice_blocks_one_badge(client, fair, organiser):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    sign_in(client, organiser)
    desk = f"/ql/{fair.slug}/the/mat"
    (seen,) = re.findall(r'name="generation" value="(\d+)"', client.get(f"{desk}?q=ut hanh").text)

    answers = [
        post(client, f"/ql/{fair.slug}/the/{badge.public_id}/mat", generation=seen)
        for _ in range(2)
    ]

    assert [one.location for one in answers] == [f"{desk}?moi={badge.public_id}"] * 2
    reader().rollback()
    assert reader().get_one(Badge, badge.id, populate_existing=True).generation == 1


def test_booths_that_name_nobody_are_listed_to_be_called(client, fair, organiser):
    application = make_confirmed(fair)
    sign_in(client, organiser)

    page = client.get(f"/ql/{fair.slug}/the/thieu-ten").text

    assert application.code in page
    assert "Cơ sở Mắm Út Hạnh" in page


def test_organiser_writes_many_badges_at_once(client, fair, organiser):
    sign_in(client, organiser)

    answer = post(
        client,
        f"/ql/{fair.slug}/the/them",
        kind="5",
        name="Trần Văn Đức\n\nLê Thị Bé\n",
        organisation="Công an thành phố",
        first_day="18/06/2026",
        last_day="21/06/2026",
    )

    assert answer.status_code == 303
    assert "Đã phát 2 thẻ" in client.get(answer.location).text
    names = reader().scalars(select(Badge.holder_name).order_by(Badge.id)).all()
    assert list(names) == ["Trần Văn Đức", "Lê Thị Bé"]
