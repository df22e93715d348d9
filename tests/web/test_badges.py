"""Pages of booth, people and badges: producer and organiser."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from tests.support import builders
from tests.support.builders import csrf_of, open_link, sign_in
from tests.support.gate_world import make_badges, make_confirmed, make_gate, qr_texts, token_of
from tgfair.core.workflow import State
from tgfair.models import Badge, BadgeState, Job, MemberRole, Role
from tgfair.policy import SYSTEM
from tgfair.services import allocations, jobs, publications
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
def owner(exhibitor):
    return builders.make_member(exhibitor)


@pytest.fixture
def allocated(fair, exhibitor):
    """An application that was told of booth C12."""
    builders.install_plan(fair)
    application = builders.make_application(fair, exhibitor, State.APPROVED, wishes=["C", "A"])
    allocations.assign_booth(SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=NOW)
    publications.publish(SYSTEM, fair.id, note=None, now=NOW)
    return application


@pytest.fixture
def organiser(fair):
    return builders.make_user(Role.ORGANISER, fair=fair)


@pytest.fixture(autouse=True)
def long_deadlines(fair):
    """The pages ask the real clock: keep the deadlines open."""
    from datetime import UTC, datetime

    from tgfair.models import Fair
    from tgfair.services.uow import transaction

    with transaction() as session:
        session.get_one(Fair, fair.id).confirm_until = datetime(2099, 1, 1, tzinfo=UTC)


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def valid(fair):
    reader().rollback()
    rows = reader().scalars(select(Badge).where(Badge.fair_id == fair.id).order_by(Badge.id))
    return [badge.holder_name for badge in rows if badge.state is BadgeState.VALID]


def test_producer_sees_accepts_and_names(client, fair, allocated, owner):
    sign_in(client, owner)
    base = f"/ho-so/{allocated.code}"

    page = client.get(f"{base}/gian").text
    assert "C12" in page
    assert "nguyện vọng 1" in page
    assert "cách Cổng" in page
    assert 'class="booth taken mine"' in page or "mine" in page

    answer = post(client, f"{base}/gian")
    assert (answer.status_code, answer.location) == (303, f"{base}/nguoi-truc")
    answer = post(client, f"{base}/nguoi-truc", name1="Nguyễn Thị Út Hạnh", name2="Trần Văn Đức")
    assert (answer.status_code, answer.location) == (303, f"{base}/gian")

    assert valid(fair) == ["Nguyễn Thị Út Hạnh", "Trần Văn Đức"]
    page = client.get(f"{base}/the").text
    assert "Nguyễn Thị Út Hạnh" in page
    assert "Trần Văn Đức" in page


def test_producer_prints_badges(client, fair, allocated, owner):
    sign_in(client, owner)
    base = f"/ho-so/{allocated.code}"
    post(client, f"{base}/gian")
    post(client, f"{base}/nguoi-truc", name1="Nguyễn Thị Út Hạnh")
    (badge,) = reader().scalars(select(Badge)).all()

    pdf = client.get(f"{base}/the.pdf")
    picture = client.get(f"{base}/the/{badge.public_id}.png")

    assert pdf.mimetype == "application/pdf"
    assert qr_texts(pdf.data) == [token_of(badge)]
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.data)))
    assert found.text == token_of(badge)


def test_calendar_file_names_the_booth(client, allocated, owner):
    sign_in(client, owner)

    answer = client.get(f"/ho-so/{allocated.code}/gian.ics")

    assert answer.mimetype == "text/calendar"
    assert "Gian: C12" in answer.text


def test_booth_page_before_publication_says_so(client, fair, exhibitor, owner):
    application = builders.make_application(fair, exhibitor, State.APPROVED)
    sign_in(client, owner)

    page = client.get(f"/ho-so/{application.code}/gian")
    assert "Chưa có sơ đồ được công bố" in page.text
    answer = post(client, f"/ho-so/{application.code}/gian")
    assert answer.status_code == 303
    assert "Hồ sơ đang “Đã duyệt”" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.APPROVED, "Chưa có gian cho hồ sơ này"),
        (State.WITHDRAWN, "Tình trạng hồ sơ: Đã rút."),
    ],
)
def test_booth_page_of_who_has_none_says_why(client, fair, allocated, state, said):
    other = builders.make_exhibitor()
    application = builders.make_application(fair, other, state)
    sign_in(client, builders.make_member(other))

    page = client.get(f"/ho-so/{application.code}/gian").text

    assert (said in page, "Chưa có sơ đồ" in page) == (True, False)


def test_bad_names_are_put_back_with_a_sentence(client, allocated, owner):
    sign_in(client, owner)
    path = f"/ho-so/{allocated.code}/nguoi-truc"

    answer = post(client, path, name1="Út Hạnh", phone1="12", name2="x" * 130)

    assert answer.status_code == 400
    assert 'value="Út Hạnh"' in answer.text
    assert "Dài quá 120 ký tự" in answer.text
    assert post(client, path).status_code == 400


def test_personal_link_needs_a_code_for_badges(client, fair, exhibitor):
    application = make_confirmed(fair, "Trần Văn Đức", exhibitor=exhibitor)
    invitation = builders.make_invitation(builders.lengthen(fair), exhibitor)
    open_link(client, invitation)
    path = f"/ho-so/{application.code}/the"

    for page in (path, f"{path}.pdf", f"{path}/{'0' * 32}.png"):
        answer = client.get(page)
        assert (answer.status_code, answer.location) == (303, f"/ho-so/xac-nhan?next={page}")

    open_link(client, invitation, verified=True)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("page", ["gian", "gian.ics", "nguoi-truc", "the", "the.pdf"])
def test_foreign_and_missing_are_the_same(client, allocated, fair, page):
    other = builders.make_exhibitor()
    sign_in(client, builders.make_member(other, MemberRole.OWNER))

    foreign = client.get(f"/ho-so/{allocated.code}/{page}")
    missing = client.get(f"/ho-so/TGF-000000/{page}")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text == missing.text


def test_stranger_with_a_badge_learns_nothing(client, fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")

    page = client.get("/the/" + token_of(badge).replace("%", "%25").replace("/", "%2F"))

    assert page.status_code == 200
    assert page.text == client.get("/the/x").text
    assert "Nguyễn" not in page.text


def test_organiser_issues_to_everybody(client, fair, organiser):
    make_confirmed(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    make_confirmed(fair, exhibitor=builders.make_exhibitor("Cơ sở Quên Tên"))
    sign_in(client, organiser)
    assert "Phát thẻ cho 1 hồ sơ" in client.get(f"/ql/{fair.slug}/the").text

    answer = post(client, f"/ql/{fair.slug}/the/phat")
    assert answer.status_code == 303
    assert jobs.run_due("test")
    assert jobs.run_due("test") is False

    job = reader().scalars(select(Job)).one()
    assert answer.location == f"/viec/{job.public_id}"
    assert job.text == "Đã phát 2 thẻ mới. 1 hồ sơ chưa ghi tên người trực."
    page = client.get(f"/ql/{fair.slug}/the").text
    assert "1 hồ sơ chưa ghi tên người trực" in page
    assert "Phát thẻ cho" not in page
    assert "1 hồ sơ chưa ghi tên người trực" in page


def test_organiser_finds_and_prints(client, fair, organiser):
    first, second = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    sign_in(client, organiser)

    found = client.get(f"/ql/{fair.slug}/the?q=NGUYEN+thi&loai=0").text
    assert re.findall(r'name="the" value="(\w+)"', found) == [first.public_id]
    code = f"{second.short_code[:4]}-{second.short_code[4:]}".lower()
    found = client.get(f"/ql/{fair.slug}/the?q={code}").text
    assert re.findall(r'name="the" value="(\w+)"', found) == [second.public_id]
    pdf = post(client, f"/ql/{fair.slug}/the/in", the=[first.public_id, second.public_id])

    assert qr_texts(pdf.data) == [token_of(first), token_of(second)]
    one = client.get(f"/ql/{fair.slug}/the/{second.public_id}.pdf")
    assert qr_texts(one.data) == [token_of(second)]
    assert post(client, f"/ql/{fair.slug}/the/in").status_code == 303


def test_list_counts_what_it_lists(client, fair, organiser):
    one, _ = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    sign_in(client, organiser)
    post(client, f"/ql/{fair.slug}/the/{one.public_id}/huy", why_revoked="Nhặt được")

    page = client.get(f"/ql/{fair.slug}/the").text

    (chip,) = re.findall(r"Tất cả\s*<[^>]*>\s*(\d+)", page)
    assert (chip, "2 thẻ" in page) == ("2", True)


def test_organiser_issues_again_and_revokes(client, fair, organiser):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    sign_in(client, organiser)
    path = f"/ql/{fair.slug}/the/{badge.public_id}"

    missing = post(client, f"{path}/cap-lai")
    assert (missing.status_code, "Chưa ghi lý do" in missing.text) == (400, True)
    assert post(client, f"{path}/cap-lai", why_again="Mất thẻ").status_code == 303
    assert post(client, f"{path}/huy", why_revoked="Nhặt được").status_code == 303
    again = post(client, f"{path}/huy", why_revoked="Nhặt được")

    reader().rollback()
    row = reader().get_one(Badge, badge.id)
    assert (row.generation, row.state) == (1, BadgeState.REVOKED)
    assert "Thẻ này không còn dùng được" in client.get(again.location).text
    assert client.get(f"{path}.pdf").status_code == 400


def test_organiser_adds_a_staff_badge(client, fair, organiser):
    make_gate(fair, "Cổng chính")
    make_gate(fair, "Cổng xe")
    sign_in(client, organiser)
    path = f"/ql/{fair.slug}/the/them"
    assert client.get(path).status_code == 200
    days = {"first_day": "18/06/2026", "last_day": "19/06/2026"}

    bad = post(client, path, kind="4", name="Lê Thị Báo", organisation="", **days)
    assert bad.status_code == 400
    bad = post(
        client, path, kind="4", name="Lê", organisation="Báo", **days | {"last_day": "31/06/2026"}
    )
    assert "Không có ngày 31/6/2026" in bad.text
    good = post(
        client, path, kind="4", name="Lê Thị Báo", organisation="Báo Ấp Bắc", gates="2", **days
    )

    assert good.status_code == 303
    row = reader().scalars(select(Badge)).one()
    assert (row.kind, row.gates, row.days) == (4, 0b10, 2)
    assert "Cổng xe" in client.get(good.location).text


@pytest.mark.parametrize("page", ["the", "the/them", "cong"])
def test_staff_of_other_fairs_do_not_get_in(client, fair, page):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=builders.make_fair()))

    assert client.get(f"/ql/{fair.slug}/{page}").status_code == 403


def test_badge_of_another_fair_is_not_found(client, fair, organiser):
    (foreign,) = make_badges(builders.make_fair(), "Lê Văn Ơn")
    sign_in(client, organiser)

    assert client.get(f"/ql/{fair.slug}/the/{foreign.public_id}").status_code == 404
    assert post(client, f"/ql/{fair.slug}/the/in", the=foreign.public_id).status_code == 404


def test_list_asks_the_database_equally_often_for_one_and_many(client, fair, organiser, app):
    from sqlalchemy import event

    from tgfair.extensions import db

    sign_in(client, organiser)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *_: asked.append(1))
    counts = []
    for names in (["Một"], ["Hai", "Ba", "Bốn"]):
        make_badges(fair, *names)
        asked.clear()
        client.get(f"/ql/{fair.slug}/the")
        counts.append(len(asked))

    assert counts[0] == counts[1]
