from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import Application, Fix, Message, Role
from tgfair.policy import Actor, Grant
from tgfair.services import reviews

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def here(app, client):
    with app.app_context():
        # Far ahead: a typed deadline lies between the real clock and the opening.
        fair = make_fair(opens_at=datetime(2090, 6, 18, 1, 0, tzinfo=UTC))
        sign_in(client, make_user(Role.ORGANISER, name="Cô Hạnh"))
        yield fair, f"/ql/{fair.slug}/ho-so"


def fresh(code: str) -> Application:
    db.session.rollback()
    return db.session.scalars(
        select(Application)
        .where(Application.code == code)
        .execution_options(populate_existing=True)
    ).one()


def mails() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.kind, one.state) for one in db.session.scalars(select(Message))]


def form_of(client, url: str, act: str, **typed: str) -> dict[str, str]:
    """What the form with this act on the page would send."""
    page = client.get(url).text
    form = next(f for f in page.split("<form ")[1:] if f'name="act" value="{act}"' in f)
    hidden = {
        name: html.unescape(value) for name, value in HIDDEN.findall(form.split("</form>")[0])
    }
    return hidden | typed


def test_an_empty_fair_says_what_to_do_and_an_empty_filter_offers_to_clear_it(here, client):
    _, url = here
    assert "Chưa có hồ sơ nào" in client.get(url).text
    assert "Không có hồ sơ nào khớp bộ lọc" in client.get(f"{url}?q=xyz").text


def test_the_board_shows_chips_with_counts_and_what_to_look_at(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor("Cơ sở Mắm Út Hạnh"))
    make_application(fair, make_exhibitor("HTX Nháp"), State.DRAFT)

    page = client.get(url).text

    assert "Cơ sở Mắm Út Hạnh" in page
    assert f"{url}/{one.code}" in page
    assert re.search(r'tt=submitted"[^>]*>Đã gửi <span class="num">1<', page)
    assert "thiếu 1 giấy" in page
    filtered = client.get(f"{url}?tt=submitted").text
    assert "HTX Nháp" not in filtered
    assert f"{url}/{one.code}?tt=submitted" in filtered


def test_a_day_that_is_none_is_told(here, client):
    fair, url = here
    make_application(fair, make_exhibitor())
    page = client.get(f"{url}?tu=30/02/2026").text
    assert "Không có ngày 30/2/2026" in page
    assert "Có 1 hồ sơ" in page


def test_pages_of_fifty_and_all_of_them_at_once(here, client):
    fair, url = here
    for _ in range(51):
        make_application(fair, make_exhibitor())

    first, second = client.get(url).text, client.get(f"{url}?trang=2").text

    assert (first.count('name="code"'), second.count('name="code"')) == (50, 1)
    assert "Tất cả 51 hồ sơ của bộ lọc" in first
    assert client.get(f"{url}?trang=99").text.count('name="code"') == 1
    data = {"csrf_token": csrf_of(client), "scope": "all", "act": "approve", "loc": ""}
    assert "Duyệt: 51 hồ sơ" in client.post(f"{url}/hang-loat", data=data).text


def test_the_meeting_list_has_a_column_to_sign(here, client):
    fair, url = here
    make_application(fair, make_exhibitor("HTX Hòa Lộc"))
    page = client.get(f"{url}?in=1").text
    assert "Ý kiến, ký tên" in page
    assert "HTX Hòa Lộc" in page


def test_the_export_follows_the_filter_and_keeps_vietnamese(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor("Cơ sở Mắm Út Hạnh"))
    make_application(fair, make_exhibitor("HTX Khác"), State.APPROVED)

    answer = client.get(f"{url}/xuat?tt=submitted")

    sheet = load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[:3] for row in rows] == [[one.code, "Đã gửi", "Cơ sở Mắm Út Hạnh"]]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_export_is_named_by_the_day_in_vietnam(here, client, monkeypatch):
    _, url = here
    evening = clock.real_now().replace(hour=18, minute=30)
    monkeypatch.setattr(clock, "real_now", lambda: evening)
    sign_in(client, make_user(Role.ORGANISER))

    answer = client.get(f"{url}/xuat")

    tomorrow = f"{evening.date() + timedelta(days=1):%Y%m%d}.xlsx"
    assert tomorrow in answer.headers["Content-Disposition"]


def test_one_application_shows_answers_findings_and_forms(here, client):
    fair, url = here
    install_plan(fair)
    one = make_application(fair, make_exhibitor("Cơ sở Mắm Út Hạnh"), wishes=["A", "B"])

    page = client.get(f"{url}/{one.code}").text

    for words in (
        "Mắm tôm chà: chứng nhận còn đến 19/11/2027.",
        "Còn thiếu: Ảnh sản phẩm.",
        "Không thấy cơ sở nào trùng.",
        "Yêu cầu bổ sung",
        "Ghi chú nội bộ",
        "Tên ghi trên bảng gian hàng",
    ):
        assert words in page
    printed = client.get(f"{url}/{one.code}?in=1").text
    assert "Ý kiến của lãnh đạo" in printed


def test_approving_goes_on_to_the_next_of_the_filter(here, client):
    fair, url = here
    one, two = (make_application(fair, make_exhibitor()) for _ in range(2))

    data = form_of(client, f"{url}/{one.code}?tt=submitted", "approve")
    answer = client.post(f"{url}/{one.code}/quyet-dinh", data=data)

    assert (answer.status_code, answer.location) == (303, f"{url}/{two.code}?tt=submitted")
    assert (fresh(one.code).state, mails()) == ("approved", [("approved", "queued")])
    assert f"Đã duyệt hồ sơ {one.code}" in client.get(answer.location).text


def test_without_a_filter_the_page_stays(here, client):
    fair, url = here
    one, _ = (make_application(fair, make_exhibitor()) for _ in range(2))
    data = form_of(client, f"{url}/{one.code}", "waitlist", reason="Còn ít chỗ")
    answer = client.post(f"{url}/{one.code}/quyet-dinh", data=data)
    assert answer.location == f"{url}/{one.code}"
    assert fresh(one.code).state == "waitlisted"


def test_a_return_lists_everything_at_once(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = form_of(
        client,
        f"{url}/{one.code}",
        "return",
        **{
            "fix-files-label_photo": "1",
            "text-files-label_photo": "Ảnh mờ",
            "text-contact-phone": "Số sai",
            "until": "12/05/2089",
        },
    )

    client.post(f"{url}/{one.code}/quyet-dinh", data=data)

    row = fresh(one.code)
    assert [(fix.step, fix.field, fix.text) for fix in row.fixes] == [
        ("contact", "phone", "Số sai"),
        ("files", "label_photo", "Ảnh mờ"),
    ]
    assert (row.state, f"{row.fix_until:%d/%m %H:%M}") == ("changes_requested", "12/05 10:00")
    assert "Ảnh nhãn hàng hóa" in client.get(f"{url}/{one.code}").text


@pytest.mark.parametrize(
    ("act", "typed", "sentence"),
    [
        ("return", {"until": "12/05/2089"}, "Hãy chọn ít nhất một mục cần sửa."),
        (
            "return",
            {"until": "12/05/2089", "fix-files-label_photo": "1", "reason": "Lời nhắn đã gõ"},
            "Chưa ghi cần sửa gì ở mục “Ảnh nhãn hàng hóa”.",
        ),
        ("return", {"until": "30/02/2089", "text-contact-name": "Lời nhắn đã gõ"}, "Không có ngày"),
        ("return", {"until": "01/05/2020", "text-contact-name": "x"}, "Hạn bổ sung đã qua."),
        ("reject", {"reason": "Lời nhắn đã gõ"}, "Hãy chọn một lý do."),
        ("reject", {"kind": "other"}, "Hãy ghi lý do để cơ sở hiểu."),
        ("publish", {}, "Hãy chọn một quyết định."),
    ],
)
def test_what_lacks_something_is_told_and_kept(here, client, act, typed, sentence):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = form_of(client, f"{url}/{one.code}", "approve") | {"act": act} | typed

    answer = client.post(f"{url}/{one.code}/quyet-dinh", data=data)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert all(words in answer.text for words in typed.values() if words == "Lời nhắn đã gõ")
    assert (fresh(one.code).state, mails()) == ("submitted", [])


def test_the_second_officer_sees_the_difference(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = form_of(client, f"{url}/{one.code}", "reject", kind="other", reason="Sai loại hàng")
    other = make_user(Role.REVIEWER, name="Anh Tâm")
    actor = Actor(user_id=other.id, label="Anh Tâm", grants=(Grant(Role.REVIEWER),))
    reviews.approve(actor, one.code, seen_version=one.version, now=NOW)

    answer = client.post(f"{url}/{one.code}/quyet-dinh", data=data)

    assert answer.status_code == 409
    for words in (
        "Anh Tâm vừa sửa hồ sơ này",
        "Duyệt: Đã gửi → Đã duyệt",
        "Việc vừa bấm (Không duyệt) chưa được thực hiện",
        "Sai loại hàng",
    ):
        assert words in answer.text
    assert (fresh(one.code).state, mails()) == ("approved", [("approved", "queued")])


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1"])
def test_a_version_that_is_none_is_a_conflict(here, client, version):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = form_of(client, f"{url}/{one.code}", "approve") | {"version": version, "seen": "x"}
    assert client.post(f"{url}/{one.code}/quyet-dinh", data=data).status_code == 409
    assert fresh(one.code).state == "submitted"


def test_note_officer_and_cancel(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    officer = make_user(Role.REVIEWER, name="Cô Ba")
    page = f"{url}/{one.code}"

    client.post(f"{page}/ghi-chu", data=form_of(client, page, "note", note="Đã gọi"))
    client.post(
        f"{page}/phu-trach", data=form_of(client, page, "reviewer", reviewer=str(officer.id))
    )
    answer = client.post(f"{page}/huy", data=form_of(client, page, "cancel"))
    assert answer.status_code == 400
    assert "Chưa ghi lý do" in answer.text
    assert (fresh(one.code).staff_note, fresh(one.code).reviewer_id) == ("Đã gọi", officer.id)
    client.post(f"{page}/huy", data=form_of(client, page, "cancel", reason="Giải thể"))
    assert fresh(one.code).state == "cancelled"


@pytest.mark.parametrize("who", ["x", "999999", "99999999999999999999"])
def test_nobody_is_given_to_somebody_unknown(here, client, who):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    page = f"{url}/{one.code}"
    data = form_of(client, page, "reviewer", reviewer=who)
    answer = client.post(f"{page}/phu-trach", data=data)
    assert answer.status_code == 400
    assert "không xét duyệt sự kiện này" in answer.text


def test_bulk_shows_a_dry_run_then_does_it_and_only_proposes(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor("HTX Một"))
    draft = make_application(fair, make_exhibitor("HTX Nháp"), State.DRAFT)
    data = {
        "csrf_token": csrf_of(client),
        "act": "approve",
        "code": [one.code, draft.code],
        "loc": "tt=submitted",
    }

    dry = client.post(f"{url}/hang-loat", data=data).text
    assert "1 hồ sơ sẽ chuyển." in dry
    assert "1 hồ sơ giữ nguyên, vì" in dry
    assert fresh(one.code).state == "submitted"
    done = client.post(
        f"{url}/hang-loat",
        data={**data, "confirm": "1", "code": f"{one.code}:{one.version}"},
        follow_redirects=True,
    )

    assert "Đã duyệt 1 hồ sơ. Thư báo đang chờ bấm gửi ở mục Thông báo." in done.text
    assert (fresh(one.code).state, mails()) == ("approved", [("approved", "proposed")])


def test_what_changed_after_the_dry_run_is_left_alone_and_told(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = {
        "csrf_token": csrf_of(client),
        "act": "approve",
        "confirm": "1",
        "code": f"{one.code}:{one.version + 1}",
    }
    page = client.post(f"{url}/hang-loat", data=data, follow_redirects=True).text
    assert f"1 hồ sơ giữ nguyên: {one.code}." in page
    assert (fresh(one.code).state, mails()) == ("submitted", [])


def test_bulk_needs_a_choice_a_reason_and_a_known_act(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    data = {"csrf_token": csrf_of(client), "act": "reject"}

    nobody = client.post(f"{url}/hang-loat", data=data, follow_redirects=True)
    assert "Chưa chọn hồ sơ nào." in nobody.text
    chosen = {**data, "code": one.code}
    without = client.post(f"{url}/hang-loat", data={**chosen, "confirm": "1"})
    assert without.status_code == 400
    assert "Hãy chọn một lý do." in without.text
    unknown = client.post(f"{url}/hang-loat", data={**chosen, "act": "xyz"})
    assert unknown.status_code == 400


def test_bulk_gives_to_an_officer(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    officer = make_user(Role.REVIEWER)
    data = {"csrf_token": csrf_of(client), "act": "reviewer", "code": one.code}

    assert "1 hồ sơ sẽ đổi người phụ trách." in client.post(f"{url}/hang-loat", data=data).text
    client.post(f"{url}/hang-loat", data={**data, "confirm": "1", "reviewer": str(officer.id)})

    assert fresh(one.code).reviewer_id == officer.id


def test_a_commune_officer_reads_the_own_commune_and_decides_nothing(here, client):
    fair, url = here
    mine = make_application(fair, make_exhibitor("HTX Xã nhà", unit_new="28582"))
    other = make_application(fair, make_exhibitor("HTX Xã khác", unit_new="28270"))
    sign_in(client, make_user(Role.COMMUNE_OFFICER, unit_code="28582"))

    page = client.get(url).text
    assert ("HTX Xã nhà" in page, "HTX Xã khác" in page) == (True, False)
    assert 'name="act"' not in page
    one = client.get(f"{url}/{mine.code}").text
    assert "Tài khoản này chỉ xem hồ sơ" in one
    data = {"csrf_token": csrf_of(client), "act": "approve", "version": "1", "code": mine.code}
    assert client.post(f"{url}/{mine.code}/quyet-dinh", data=data).status_code == 403
    assert client.post(f"{url}/hang-loat", data=data).status_code == 403
    assert client.get(f"{url}/{other.code}").status_code == 404


def test_a_fix_that_was_heeded_is_shown_so(here, client):
    fair, url = here
    one = make_application(fair, make_exhibitor())
    with db.session.begin_nested():
        db.session.add(
            Fix(
                application_id=one.id,
                round=1,
                step="files",
                field="label_photo",
                text="Ảnh mờ",
                resolved_at=NOW,
            )
        )
    db.session.commit()
    page = client.get(f"{url}/{one.code}").text
    assert "Cần sửa 1 mục" in page
    assert "(đã sửa)" in page
