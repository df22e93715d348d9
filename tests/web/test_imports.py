"""Import of the register on the web: upload, columns, preview, apply, and every bad file."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import select, text, update

from tests.support.builders import DATA, csrf_of, make_exhibitor, make_user, sign_in
from tgfair.documents.spreadsheet_in import read_spreadsheet
from tgfair.models import ContactSource, Exhibitor, ImportState, RegisterImport, Role
from tgfair.services import jobs
from tgfair.services.uow import reader, transaction

WORKBOOK = "so-chu-the-ocop.xlsx"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def organiser(app, client):
    with app.app_context():
        user = make_user(Role.ORGANISER)
        sign_in(client, user)
        yield user


def upload(client, data, name):
    form = {"csrf_token": csrf_of(client), "file": (io.BytesIO(data), name)}
    sent = client.post("/ql/nhap-excel", data=form, content_type="multipart/form-data")
    sent.request.environ["wsgi.input"].close()  # the test client spools large bodies to disk
    return sent


def uploaded(client, data, name):
    sent = upload(client, data, name)
    assert sent.status_code == 303
    return sent.location


def post(client, url, **form):
    return client.post(url, data={"csrf_token": csrf_of(client), **form})


def error_of(page):
    return re.sub(
        r"\s+", " ", re.search(r'id="file-error">.*?</span>([^<]*)', page.text, re.DOTALL)[1]
    )


def counts():
    tables = ("exhibitor", "product", "certificate", "merge_proposal")
    return [reader().scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


def test_workbook_goes_from_upload_over_preview_to_the_directory(organiser, client):
    page = uploaded(client, (DATA / WORKBOOK).read_bytes(), WORKBOOK)
    preview = client.get(page).text
    problems = client.get(f"{page}?muc=van-de").text
    errors = client.get(f"{page}?muc=van-de&loi=1").text
    question = client.get(f"{page}/nhap").text
    before = counts()
    applied = post(client, f"{page}/nhap")

    seen = [text.count('scope="row">hàng') for text in (problems, errors)]
    assert seen == [33, 9]
    assert "<b>285</b>" in preview
    assert "“30/02/2025” không phải ngày có thật" in errors
    assert "142 chủ thể mới" in question
    assert (before, counts(), applied.status_code) == ([0] * 4, [142, 285, 285, 2], 303)
    assert "Đã nhập lúc" in client.get(page).text


def test_second_press_and_second_file_change_nothing(organiser, client):
    page = uploaded(client, (DATA / WORKBOOK).read_bytes(), WORKBOOK)
    post(client, f"{page}/nhap")
    again = post(client, f"{page}/nhap")
    second = uploaded(client, (DATA / WORKBOOK).read_bytes(), "khac.xlsx")

    assert "Lần nhập này đã xong" in client.get(again.location).text
    assert "Sổ này giống hệt danh sách hiện có" in client.get(second).text


def bomb():
    packed = io.BytesIO((DATA / WORKBOOK).read_bytes())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bytes(80 * 1024 * 1024))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "so.xlsx", "Tệp trống"),
        (bytes(40 * 1024 * 1024), "so.xlsx", "Tệp lớn hơn 10 MB"),
        (OLE + bytes(600), "so.xls", "Tệp .xls đời cũ chưa đọc được"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "so.xlsx", "Tệp có mật khẩu"),
        (b"%PDF-1.7 so chu the", "so.xlsx", "Đây là tệp PDF"),
        (b"PK\x03\x04 broken", "so.xlsx", "hỏng"),
        ("ghi chú;linh tinh\n1;2\n".encode(), "so.csv", "Không tìm thấy hàng tiêu đề"),
    ],
    ids=["empty", "40 MB", "xls", "password", "renamed", "broken", "no header"],
)
def test_bad_file_keeps_the_page_with_a_sentence(organiser, client, data, name, sentence):
    sent = upload(client, data, name)

    assert (sent.status_code, sentence in error_of(sent)) == (400, True), error_of(sent)
    assert reader().scalar(select(RegisterImport.id)) is None


def test_a_file_with_a_heading_and_no_row_is_not_called_the_same_as_the_directory(
    organiser, client
):
    page = client.get(
        uploaded(client, "Tên chủ thể;MST;Sản phẩm;Hạng sao\n".encode(), "so.csv")
    ).text

    assert "Không đọc được chủ thể nào dưới hàng tiêu đề" in page
    assert "giống hệt" not in page


def test_zip_bomb_is_refused(organiser, client):
    sent = upload(client, bomb(), "so.xlsx")

    assert (sent.status_code, "quá lớn" in error_of(sent)) == (400, True), error_of(sent)


def test_no_file_is_told(organiser, client):
    sent = post(client, "/ql/nhap-excel")

    assert (sent.status_code, error_of(sent).strip()) == (400, "Hãy chọn một tệp trên máy.")


CSV = (
    "Tên chủ thể;Mã;Sản phẩm;Hạng sao\n"
    "HTX Mắm Gò Công;1299000012;Mắm tôm chà;4 sao\n"
    "Cơ sở Hai Lúa;;Khô cá;9 sao\n"
)


def test_columns_can_be_chosen_by_hand(organiser, client):
    page = uploaded(client, CSV.encode(), "so.csv")
    twice = {"sheet": "so.csv", "c-0-1": "name", "c-0-2": "name", "c-0-3": "product"}
    chosen = {**twice, "c-0-2": "tax_code", "c-0-4": "stars"}
    sheet = re.search(r'name="sheet" value="([^"]*)"', client.get(page).text)[1]
    refused = post(client, f"{page}/cot", **{**twice, "sheet": sheet})
    accepted = post(client, f"{page}/cot", **{**chosen, "sheet": sheet})
    post(client, f"{page}/nhap")

    assert (refused.status_code, accepted.status_code) == (400, 303)
    assert "Mỗi nội dung chỉ lấy từ một cột" in refused.text
    assert 'value="name" selected' in refused.text
    assert reader().scalars(select(Exhibitor.tax_code).order_by(Exhibitor.id)).all() == [
        "1299000012",
        None,
    ]


def test_bad_rows_come_back_as_a_file_with_reasons_that_can_be_imported(organiser, client):
    page = uploaded(client, CSV.encode(), "so.csv")
    file = client.get(f"{page}/hang-loi.xlsx")
    sheet = read_spreadsheet(file.data, "x.xlsx")[0]

    assert [[sheet.cell(row, c).text for c in (1, 3, 4, 7)] for row in (3, 4)] == [
        ["Tên chủ thể", "Sản phẩm", "Hạng sao", "Cần xem lại"],
        ["Cơ sở Hai Lúa", "Khô cá", "9 sao", "“9 sao” không phải hạng sao OCOP (3, 4 hoặc 5 sao)."],
    ]
    assert uploaded(client, file.data, "da-sua.xlsx").startswith("/ql/nhap-excel/")


def test_contact_that_the_subject_edited_wins_and_the_difference_is_shown(organiser, client):
    known = make_exhibitor(
        "HTX Mắm Gò Công",
        tax_code="1299000012",
        email="moi@example.vn",
        contact_source=ContactSource.SELF,
        products=[],
    )
    data = CSV.replace("Mã;", "MST;Email;").replace("0012;", "0012;cu@example.vn;")
    page = uploaded(client, data.replace("Lúa;;", "Lúa;;;").encode(), "so.csv")
    preview = client.get(page).text
    post(client, f"{page}/nhap")

    assert "giữ số liệu cũ" in preview
    assert "cu@example.vn" in preview
    assert reader().get(Exhibitor, known.id, populate_existing=True).email == "moi@example.vn"


def test_discarded_file_cannot_be_applied(organiser, client):
    page = uploaded(client, CSV.encode(), "so.csv")
    post(client, f"{page}/bo")
    post(client, f"{page}/nhap")

    assert counts()[0] == 0
    assert "Tệp này đã bỏ" in client.get(page).text


def test_large_file_is_read_and_written_by_jobs(organiser, client):
    lines = [
        f"HTX Số {n};;Sản phẩm làm ra ở tổ hợp tác số {n}, loại một;4 sao" for n in range(6_000)
    ]
    data = "\n".join(["Tên chủ thể;MST;Sản phẩm;Hạng sao", *lines]).encode()
    page = uploaded(client, data, "so.csv")
    waiting = client.get(page).text
    jobs.run_due("test")
    preview = client.get(page).text
    post(client, f"{page}/nhap")
    jobs.run_due("test")
    reader().rollback()

    assert "data-job-url" in waiting
    assert "6.000" in preview
    assert reader().scalar(select(RegisterImport.state)) == ImportState.APPLIED
    assert counts()[:2] == [6_000, 6_000]


def test_others_may_not_import(app, client):
    with app.app_context():
        sign_in(client, make_user(Role.REVIEWER))

        assert client.get("/ql/nhap-excel").status_code == 403
        assert client.get("/ql/nhap-excel/khong-co").status_code == 404


def test_foreign_mapping_is_refused(organiser, client):
    page = uploaded(client, CSV.encode(), "so.csv")
    sent = post(client, f"{page}/cot", **{"sheet": "so.csv", "c-0-1": "passwd", "c-0-3": "product"})

    assert (sent.status_code, "không khớp với tệp này" in sent.text) == (400, True)


def test_verified_flag_is_not_lost(organiser, client):
    page = uploaded(client, CSV.encode(), "so.csv")
    post(client, f"{page}/nhap")
    with transaction() as session:
        session.execute(update(Exhibitor).values(is_verified=False))
    second = uploaded(client, CSV.encode(), "so.csv")

    assert "không có gì để nhập" in client.get(second).text
