"""Pages of the directory: list, record, forms, merging, export."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import event, select

from tests.support.builders import (
    csrf_of,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    sign_in,
)
from tgfair.documents.spreadsheet_in import read_spreadsheet
from tgfair.extensions import db
from tgfair.models import Certificate, Exhibitor, Membership, Role
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def organiser(app, client):
    with app.app_context():
        user = make_user(Role.ORGANISER)
        sign_in(client, user)
        yield user


def post(client, url, **form):
    return client.post(url, data={"csrf_token": csrf_of(client), **form})


FORM = {"name": "HTX Mới", "kind": "cooperative", "unit_new": "28261", "honorific": ""}


def test_empty_directory_says_what_to_do(organiser, client):
    assert "Bắt đầu bằng sổ chủ thể OCOP" in client.get("/ql/chu-the").text


def test_list_costs_as_many_queries_for_three_as_for_one(organiser, client):
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def queries():
        seen.clear()
        client.get("/ql/chu-the")
        return len(seen)

    make_exhibitor()
    first = queries()
    make_exhibitor()
    make_exhibitor()

    assert queries() == first


def test_new_record_from_the_form(organiser, client):
    bad = post(client, "/ql/chu-the/moi", **{**FORM, "tax_code": "1299000013", "email": "a@b.vn"})
    good = post(client, "/ql/chu-the/moi", **FORM)

    assert (bad.status_code, "Mã số thuế sai một chữ số" in bad.text) == (400, True)
    assert 'value="a@b.vn"' in bad.text
    assert "HTX Mới" in client.get(good.location).text


def test_second_editor_sees_the_difference(organiser, client):
    row = make_exhibitor("HTX Cũ", unit_new="28261")
    url, seen = f"/ql/chu-the/{row.public_id}/sua", {**FORM, "version": row.version}
    first = post(client, url, **{**seen, "name": "HTX Người khác"})
    second = post(client, url, **{**seen, "name": "HTX Của tôi"})

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Tên chủ thể: HTX Người khác" in second.text
    assert 'value="HTX Của tôi"' in second.text


def test_personal_id_is_masked_until_somebody_asks(organiser, client):
    row = make_exhibitor(
        kind="household_business", tax_code="082185001234", tax_code_kind="personal_id"
    )
    url = f"/ql/chu-the/{row.public_id}"
    pages = [client.get(url).text, client.get(f"{url}/sua").text, client.get("/ql/chu-the").text]

    assert ["082185001234" in page for page in pages] == [False] * 3
    assert "082*****1234" in pages[0]
    assert "082185001234" in post(client, f"{url}/ma-so-thue").text


def test_certificate_that_ends_before_the_fair_says_so(organiser, client):
    row = make_exhibitor()  # its certificate ends on 19/11/2027
    make_fair(first_day=date(2028, 1, 1), last_day=date(2028, 1, 3))
    page = client.get(f"/ql/chu-the/{row.public_id}").text

    assert ["Còn hiệu lực" in page, "ngày hội chợ:" in page, "Hết hạn" in page] == [True] * 3


def test_product_and_certificate_are_edited(organiser, client):
    row = make_exhibitor()
    product = row.products[0]
    url = f"/ql/chu-the/{row.public_id}/san-pham"
    post(client, f"{url}/moi", name="Khô cá", group="food", set="")
    wrong = post(
        client,
        f"{url}/{product.public_id}/gcn/moi",
        stars="4",
        issued_on="30/2/2026",
        decision_no="7/QĐ",
    )
    post(client, f"{url}/{product.public_id}/gcn/moi", stars="4", issued_on="28/2/2026")
    first = product.certificates[0].id
    post(client, f"{url}/{product.public_id}/gcn/{first}/thu-hoi", revoked="1")

    assert (wrong.status_code, "Không có ngày 30/2/2026" in wrong.text) == (400, True)
    assert 'value="7/QĐ"' in wrong.text
    held = reader().execute(select(Certificate.revoked, Certificate.expires_from)).all()
    assert [tuple(one) for one in held] == [(True, "cell"), (False, "computed")]


def test_two_records_are_compared_and_merged(organiser, client):
    kept = make_exhibitor("HTX Một", phone="+84900000001", other_phones=None)
    gone = make_exhibitor("HTX Hai", phone="+84900000001")
    page = client.get(f"/ql/chu-the/{kept.public_id}").text
    opened = post(client, f"/ql/chu-the/{kept.public_id}/trung", other=gone.public_id)
    pair = client.get(opened.location).text
    post(
        client,
        f"{opened.location}/gop",
        keep=kept.public_id,
        version=[kept.version, gone.version],
        **{"take-name": gone.public_id},
    )

    assert ["HTX Hai" in page, "HTX Hai" in pair] == [True, True]
    assert reader().scalars(select(Exhibitor.name)).all() == ["HTX Hai"]


def test_people_of_a_record_that_anybody_made_are_shown_and_not_ticked(organiser, client):
    real = make_exhibitor("HTX Một")
    stranger = make_exhibitor("HTX Một", is_verified=False, in_register=False)
    own, other = make_member(real), make_member(stranger)
    opened = post(client, f"/ql/chu-the/{real.public_id}/trung", other=stranger.public_id)
    page = client.get(opened.location).text
    ticks = re.findall(r'name="person" value="(\d+)" (checked)?', page)
    post(
        client,
        f"{opened.location}/gop",
        keep=real.public_id,
        version=[real.version, stranger.version],
        person=[number for number, checked in ticks if checked],
    )

    assert [checked for _, checked in ticks] == ["checked", ""]
    assert [own.email in page, other.email in page] == [True, True]
    assert reader().scalars(select(Membership.user_id)).all() == [own.id]


def test_administrator_takes_out_an_officer_who_blocks_the_subject(app, client):
    with app.app_context():
        row = make_exhibitor()
        owner, officer = make_member(row), make_member(row)
        sign_in(client, make_user(Role.ADMIN))
        page = client.get(f"/ql/chu-the/{row.public_id}").text
        form = re.findall(r'action="(/tai-khoan/[^"]+/bo)"', page)[1]
        answer = post(client, form, office="1")

        assert [owner.email in page, officer.email in page] == [True, True]
        assert answer.location == f"/ql/chu-the/{row.public_id}"
        assert reader().scalars(select(Membership.user_id)).all() == [owner.id]


def test_export_holds_what_the_filter_finds(organiser, client):
    make_exhibitor("HTX Một")
    make_exhibitor("=HYPERLINK(1)", unit_new="28270")
    sheet = read_spreadsheet(client.get("/ql/chu-the.xlsx?xa=28270").data, "x.xlsx")[0]

    assert [sheet.cell(row, 1).text for row in (4, 5)] == ["=HYPERLINK(1)", ""]
    assert sheet.cell(4, 9).text == "Mắm tôm chà"


@pytest.mark.parametrize("query", ["trang=99", "sao=x", "gcn=x", "q=%25_%27", "trang=-1", "loai=x"])
def test_odd_filters_do_no_harm(organiser, client, query):
    make_exhibitor()

    assert client.get(f"/ql/chu-the?{query}").status_code == 200


def test_commune_officer_may_not_see_others(app, client):
    with app.app_context():
        far = make_exhibitor("HTX Xa", unit_new="28270")
        sign_in(client, make_user(Role.COMMUNE_OFFICER, unit_code="28261"))

        assert "HTX Xa" not in client.get("/ql/chu-the").text
        assert client.get(f"/ql/chu-the/{far.public_id}").status_code == 404
