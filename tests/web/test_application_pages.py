"""The producer's pages without a browser: what each answer says and changes."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from tests.support.builders import (
    csrf_of,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    open_link,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Application, Attachment, BoothGiving, Fair, Fix, Invitation, Role, Zone
from tgfair.services.links import invitation_token
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def open_now() -> dict[str, object]:
    now = clock.real_now()
    return {
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=20),
        "opens_at": now + timedelta(days=40),
        "first_day": (now + timedelta(days=40)).date(),
        "last_day": (now + timedelta(days=43)).date(),
    }


@pytest.fixture
def fair(_in_app):
    fair = make_fair(**open_now())
    install_plan(fair)
    return fair


@pytest.fixture
def exhibitor(_in_app):
    return make_exhibitor("Hợp tác xã Hòa Lộc")


@pytest.fixture
def invitation(fair, exhibitor):
    return make_invitation(fair, exhibitor)


def link(invitation) -> str:
    return f"/m/{invitation_token(invitation.id, invitation.revision)}"


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def text(answer) -> str:
    return answer.get_data(as_text=True)


def fresh(model, **criteria):
    reader().rollback()
    return reader().scalars(select(model).filter_by(**criteria)).one()


def started(client, invitation) -> str:
    """Press the link's button and return the draft's code."""
    client.get(link(invitation))
    post(client, link(invitation))
    return fresh(Application, exhibitor_id=invitation.exhibitor_id).code


def test_looking_at_the_link_counts_nothing_and_pressing_does(client, invitation):
    shown = client.get(link(invitation))
    before = fresh(Invitation).opened_at
    pressed = post(client, link(invitation))

    assert (shown.status_code, "Hợp tác xã Hòa Lộc" in text(shown), before) == (200, True, None)
    assert pressed.status_code == 303
    assert fresh(Invitation).opened_at is not None


def test_link_of_who_applied_opens_the_application_and_invites_no_more(
    client, fair, exhibitor, invitation
):
    code = make_application(fair, exhibitor, State.CONFIRMED).code
    live = text(client.get(link(invitation)))
    opened = post(client, link(invitation)).location
    with transaction() as session:
        session.get_one(Application, fresh(Application, code=code).id).state = State.WITHDRAWN
    new = text(client.get(link(invitation)))
    with transaction() as session:
        closed = clock.real_now() - timedelta(minutes=2)
        session.get_one(Fair, fair.id).registration_closes_at = closed
    over = text(client.get(link(invitation)))
    opened_over = post(client, link(invitation)).location

    words = ("Giấy mời tham gia", "Hạn gửi", "Bắt đầu đăng ký", f"Mở hồ sơ {code}")
    assert [[one in page for one in words] for page in (live, new, over)] == [
        [False, False, False, True],
        [True, True, True, False],
        [False, False, False, True],
    ]
    assert [opened, opened_over] == [f"/ho-so/{code}/tiep"] * 2
    assert code in text(client.get(opened_over, follow_redirects=True))


@pytest.mark.parametrize("token", ["1-xxxx", "zz", "ffffffff-aaaaaaaaaaaaaaaaaaaa", "%00"])
def test_link_that_is_no_link(client, token):
    assert client.get(f"/m/{token}").status_code in {400, 410}


def test_revoked_link_gives_the_hotline(client, invitation):
    old = link(invitation)
    with transaction() as session:
        session.get(Invitation, invitation.id).revision = 2

    answer = client.get(old)

    assert (answer.status_code, "0900 000 001" in text(answer)) == (410, True)


def test_revoking_the_link_ends_the_session_it_opened(client, invitation):
    code = started(client, invitation)
    with transaction() as session:
        session.get(Invitation, invitation.id).revision = 2

    answer = client.get(f"/ho-so/{code}/")

    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/dang-nhap")


def test_not_mine_is_noted_and_changes_nothing_else(client, invitation):
    client.get(link(invitation))

    post(client, f"{link(invitation)}/khong-phai")

    row = fresh(Invitation)
    assert (row.not_mine_at is None, row.opened_at, row.revoked_at) == (False, None, None)


def test_the_same_link_goes_on_on_another_phone(app, client, invitation):
    code = started(client, invitation)
    post(client, f"/ho-so/{code}/buoc/4", name1="Trần Văn Bé", phone1="09123")
    other = app.test_client()
    other.get(link(invitation))
    post(other, link(invitation))

    page = other.get(f"/ho-so/{code}/buoc/4")

    assert ('value="Trần Văn Bé"' in text(page), 'value="09123"' in text(page)) == (True, True)


def test_step_with_a_mistake_keeps_it_and_says_so_beside_the_field(client, invitation):
    code = started(client, invitation)

    answer = post(client, f"/ho-so/{code}/buoc/1", name="Út", phone="0912 345")

    page = text(answer)
    assert answer.status_code == 400
    assert ('value="0912 345"' in page, 'href="#phone"' in page) == (True, True)
    assert page.count("Số điện thoại thiếu 3 chữ số.") == 2
    assert fresh(Application, code=code).answers["contact"] == {"name": "Út", "phone": "0912 345"}


def test_step_opened_from_the_check_page_returns_there(client, invitation):
    code = started(client, invitation)

    answer = post(client, f"/ho-so/{code}/buoc/4?ve=kiem-tra", later="y")

    assert answer.location == f"/ho-so/{code}/kiem-tra"


def test_a_product_not_on_record_can_be_added_without_javascript(client, invitation):
    code = started(client, invitation)

    post(client, f"/ho-so/{code}/buoc/2", other1="Bánh phồng", group1="food", action="add")

    page = text(client.get(f"/ho-so/{code}/buoc/2"))
    assert ('value="Bánh phồng"' in page, 'id="other2"' in page) == (True, True)


def test_autosave_says_when(client, invitation):
    code = started(client, invitation)

    answer = post(client, f"/ho-so/{code}/luu/people", name1="Bé")

    assert re.fullmatch(r"Đã lưu nháp lúc \d\d:\d\d", answer.json["saved_at_label"])
    assert fresh(Application, code=code).answers["people"] == {"name1": "Bé"}


def test_autosave_over_another_phone_is_refused_with_a_sentence(app, client, invitation):
    code = started(client, invitation)
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', text(client.get(f"/ho-so/{code}/buoc/4")))
    other = app.test_client()
    open_link(other, invitation)
    post(other, f"/ho-so/{code}/luu/people", name1="Tư")

    answer = post(client, f"/ho-so/{code}/luu/people", name1="Bé", seen=seen[1])
    page = post(client, f"/ho-so/{code}/buoc/4", name1="Bé", seen=seen[1])

    assert (answer.status_code, answer.json["message"].partition(".")[0]) == (
        409,
        "Máy khác vừa lưu bước này",
    )
    assert (page.status_code, "<b>Tư</b>" in text(page), 'value="Bé"' in text(page)) == (
        409,
        True,
        True,
    )


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600)).save(out, "JPEG")
    return out.getvalue()


def upload(client, code, **files):
    sent = {name: (io.BytesIO(data), filename) for name, (data, filename) in files.items()}
    return post(client, f"/ho-so/{code}/buoc/5", **sent)


def test_bad_file_is_refused_beside_its_field_and_the_good_one_kept(client, invitation):
    code = started(client, invitation)
    key = f"product_photo__{invitation.exhibitor.products[0].public_id}"

    answer = upload(
        client, code, **{key: (b"%PDF-1.4 %%EOF", "anh.jpg"), "other": (jpeg(), "b.jpg")}
    )

    assert (answer.status_code, "Tệp này là PDF chứ không phải ảnh" in text(answer)) == (400, True)
    assert [file.kind for file in fresh(Application, code=code).attachments] == ["other"]


def test_photo_of_40_mb_is_refused_and_the_answers_stay(client, invitation):
    code = started(client, invitation)
    post(client, f"/ho-so/{code}/buoc/4", name1="Trần Văn Bé")

    body = b"--x\r\nContent-Disposition: form-data; name=other; filename=to.jpg\r\n\r\n"
    answer = client.post(
        f"/ho-so/{code}/buoc/5",
        data=body + b"0" * (40 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
    )
    page = client.get(answer.location)

    assert answer.status_code == 303
    assert "Các tệp gửi một lần lớn hơn 25 MB. Hãy gửi từng tệp" in text(page)
    assert fresh(Application, code=code).answers["people"] == {"name1": "Trần Văn Bé"}


def test_file_is_served_so_that_it_cannot_act(client, invitation):
    code = started(client, invitation)
    upload(client, code, other=(b"%PDF-1.4 %%EOF", "gi\u1ea5y.pdf"))
    name = fresh(Attachment).public_id

    answer = client.get(f"/tep/{name}")

    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == (
        "application/pdf",
        "nosniff",
    )
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_check_page_lists_every_gap_and_sending_says_it_loudly(client, invitation):
    code = started(client, invitation)

    quiet = text(client.get(f"/ho-so/{code}/kiem-tra"))
    loud = post(client, f"/ho-so/{code}/kiem-tra")

    assert ("Có 1 chỗ cần sửa" in quiet, 'role="alert"' in quiet) == (True, False)
    assert "None" not in quiet
    assert (loud.status_code, "Có 2 chỗ cần sửa" in text(loud)) == (400, True)
    assert 'role="alert"' in text(loud)


def test_a_zone_where_the_subject_cannot_stand_says_so_among_the_wishes(client, fair, invitation):
    with transaction() as session:
        zones = session.scalars(select(Zone).where(Zone.fair_id == fair.id).order_by(Zone.code))
        first, second, *_ = zones.all()
        first.exhibitor_kinds, second.groups = ["province_delegation"], ["craft"]
    code = started(client, invitation)
    post(client, f"/ho-so/{code}/buoc/2", other1="Mắm tôm chà", group1="food")

    page = text(client.get(f"/ho-so/{code}/buoc/3"))

    told = dict(re.findall(r'<option value="([^"]+)">[^<]*?\(([^<]*)\)</option>', page))
    assert told == {
        first.code: "không dành cho loại cơ sở này",
        second.code: "không nhận nhóm sản phẩm này",
    }


def test_sending_after_the_deadline_keeps_the_answers(client, fair, invitation):
    code = started(client, invitation)
    post(client, f"/ho-so/{code}/buoc/4", name1="Bé")
    with transaction() as session:
        session.merge(fair).registration_closes_at = clock.real_now() - timedelta(minutes=1)

    answer = post(client, f"/ho-so/{code}/kiem-tra", consent="y")

    assert (answer.status_code, "Đã hết hạn đăng ký lúc" in text(answer)) == (409, True)
    assert "Gửi hồ sơ" not in text(answer)
    assert fresh(Application, code=code).state is State.DRAFT


@pytest.mark.parametrize("state", [State.DRAFT, State.CHANGES_REQUESTED])
def test_after_its_deadline_an_application_leads_to_no_sending(client, fair, exhibitor, state):
    fixes = [Fix(round=1, step="booth", field="fascia", text="Viết ngắn lại")]
    code = make_application(fair, exhibitor, state, fixes=fixes).code
    sign_in(client, make_member(exhibitor))
    before = text(client.get(f"/ho-so/{code}/"))
    with transaction() as session:
        session.merge(fair).registration_closes_at = clock.real_now() - timedelta(minutes=1)

    after = text(client.get(f"/ho-so/{code}/"))

    ways = (f"/ho-so/{code}/kiem-tra", f"/ho-so/{code}/buoc/")
    assert [[way in page for way in ways] for page in (before, after)] == [
        [True, True],
        [False, False],
    ]


def test_pressing_send_twice_makes_one(client, invitation):
    code = started(client, invitation)
    post(client, f"/ho-so/{code}/buoc/4", name1="Bé")

    for _ in range(2):
        answer = post(client, f"/ho-so/{code}/kiem-tra", consent="y", idempotency_key="k")

    row = fresh(Application, code=code)
    assert (answer.location, row.state, len(row.history)) == (
        f"/ho-so/{code}/da-gui",
        State.SUBMITTED,
        1,
    )


def test_returned_application_shows_each_fix_beside_its_field(client, fair, exhibitor):
    returned = make_application(
        fair,
        exhibitor,
        State.CHANGES_REQUESTED,
        fixes=[Fix(round=1, step="booth", field="fascia", text="Viết ngắn lại")],
    )
    sign_in(client, make_member(exhibitor))

    status = text(client.get(f"/ho-so/{returned.code}/"))
    step = text(client.get(f"/ho-so/{returned.code}/buoc/3"))

    assert ("Cần sửa 1 mục" in status, f"/ho-so/{returned.code}/buoc/3?ve=ho-so" in status) == (
        True,
        True,
    )
    assert step.index("Viết ngắn lại") < step.index('name="fascia"')


def test_withdrawing_by_a_bare_link_asks_for_a_code(client, fair, exhibitor, invitation):
    code = make_application(fair, exhibitor).code
    open_link(client, invitation)

    answer = post(client, f"/ho-so/{code}/rut")

    assert (answer.status_code, "/ho-so/xac-nhan" in text(answer)) == (403, True)
    assert fresh(Application, code=code).state is State.SUBMITTED


def test_who_withdrew_is_not_asked_again(client, fair, exhibitor):
    code = make_application(fair, exhibitor, State.SUBMITTED).code
    sign_in(client, make_member(exhibitor))
    asked = client.get(f"/ho-so/{code}/rut").status_code
    post(client, f"/ho-so/{code}/rut")

    again = client.get(f"/ho-so/{code}/rut")

    assert (asked, again.status_code, again.location) == (200, 303, f"/ho-so/{code}/")


def test_officer_is_told_who_withdraws_instead_of_asked_for_a_code(client, fair, exhibitor):
    code = make_application(fair, exhibitor).code
    sign_in(client, make_user(Role.COMMUNE_OFFICER, unit_code=exhibitor.unit_new))

    status = text(client.get(f"/ho-so/{code}/"))
    answers = [client.get(f"/ho-so/{code}/rut"), post(client, f"/ho-so/{code}/rut")]

    assert f'href="/ho-so/{code}/rut"' not in status
    assert [
        (one.status_code, "Chỉ người đứng tên" in text(one), "bằng mã" in text(one))
        for one in answers
    ] == [(200, True, False), (403, True, False)]


def test_after_the_fair_nothing_is_left_to_do_or_withdraw(client, exhibitor):
    past = (clock.real_now() - timedelta(days=9)).date()
    fair = make_fair(first_day=past, last_day=past, giving=BoothGiving.FIRST_COME)
    code = make_application(fair, exhibitor, State.CONFIRMED).code
    sign_in(client, make_member(exhibitor))

    page = text(client.get(f"/ho-so/{code}/"))
    asked = text(client.get(f"/ho-so/{code}/rut"))

    assert [path in page for path in ("/rut", "/chon-gian", "/khung-gio", "Việc cần làm")] == [
        False
    ] * 4
    assert ("Sự kiện đã kết thúc" in asked, 'action="/ho-so/' in asked) == (True, False)


def test_foreign_and_missing_applications_look_alike(client, fair, exhibitor):
    code = make_application(fair, make_exhibitor()).code
    sign_in(client, make_member(exhibitor))

    answers = [client.get(f"/ho-so/{one}/") for one in (code, "TGF-XXXXXX")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert text(answers[0]) == text(answers[1])


def test_looking_up_says_nothing_before_signing_in(client, fair, exhibitor):
    code = make_application(fair, exhibitor).code
    client.get("/ho-so/")

    answers = [client.get(post(client, "/ho-so/vao", code=one).location) for one in (code, "X")]

    assert [answer.location.partition("?")[0] for answer in answers] == ["/dang-nhap"] * 2


def test_my_page_lists_own_applications_only(client, fair, exhibitor):
    mine, other = make_application(fair, exhibitor), make_application(fair, make_exhibitor())
    sign_in(client, make_member(exhibitor))

    page = text(client.get("/ho-so/"))

    assert (mine.code in page, other.code in page) == (True, False)


def test_answer_to_a_conference(client, exhibitor):
    conference = make_conference(**open_now())
    invitation = make_invitation(conference, exhibitor)
    client.get(link(invitation))
    path = post(client, link(invitation)).location
    shown = text(client.get(path))

    wrong = post(client, path, answer="yes", headcount="0")
    right = post(
        client,
        path,
        answer="yes",
        headcount="2",
        product=exhibitor.products[0].public_id,
        idempotency_key="k",
    )

    assert shown.count("checked") == 1
    assert (wrong.status_code, "Ghi số người dự, từ 1 đến 10" in text(wrong)) == (400, True)
    assert "Đã nhận trả lời: Tham dự và trưng bày." in text(client.get(right.location))
    again = text(client.get(link(invitation)))
    assert ("Xem câu trả lời" in again, "Khoảng 1 phút" in again) == (True, False)
    assert fresh(Application).state is State.SUBMITTED


def test_door_leads_somebody_new_from_signing_in_to_step_one(client, fair):
    before = text(client.get(f"/dang-ky/{fair.slug}"))
    sign_in(client, make_user())
    wrong = post(client, f"/dang-ky/{fair.slug}", name="Cơ sở Bà Ba", kind="farm")
    right = post(
        client,
        f"/dang-ky/{fair.slug}",
        name="Cơ sở Bà Ba",
        kind="farm",
        representative="Lê Thị Ba",
        phone="0912345678",
        address="Xã Hòa Hưng",
    )
    # The record was made in this session: its owner sees it at once.
    step = client.get(right.location)

    assert "/dang-nhap?next=/dang-ky/" in before
    assert (wrong.status_code, 'value="Cơ sở Bà Ba"' in text(wrong)) == (400, True)
    assert (right.status_code, step.status_code) == (303, 200)


def test_officer_finds_a_subject_without_marks_and_files_for_it(client, fair, exhibitor):
    officer = make_user(Role.COMMUNE_OFFICER, unit_code=exhibitor.unit_new, name="Lê Cán Bộ")
    sign_in(client, officer)

    found = text(client.get(f"/ql/{fair.slug}/nop-ho?q=hoa+loc"))
    pressed = post(client, f"/ql/{fair.slug}/nop-ho/{exhibitor.public_id}")
    step = text(client.get(client.get(pressed.location).location))

    assert "Hợp tác xã Hòa Lộc" in found
    assert "Đang làm hồ sơ thay cho Hợp tác xã Hòa Lộc" in step
