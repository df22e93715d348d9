"""Registers of other clerks: other words, other orders, other shapes."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from tgfair.core.register.as_dict import register_as_dict
from tgfair.core.register.parse import MappingError, NoHeaderError, parse_register
from tgfair.documents.reference_data import load_taxonomy, load_units
from tgfair.documents.spreadsheet_in import read_spreadsheet

ON = date(2027, 6, 9)
HEADER = ["TT", "Tên sản phẩm", "Tên cơ sở/ HTX", "Mã số thuế", "SĐT", "Xếp hạng", "Địa chỉ"]
ROW = [1, "Mắm tôm chà", "HTX Bến Sen", "1299000012", "0900 000 001", "4 sao", "xã Tân Phú"]


def workbook(*sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows, merges in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for merge in merges:
            sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parse(data, name="so.xlsx", mapping=None):
    return parse_register(
        read_spreadsheet(data, name),
        mapping=mapping,
        units=load_units(),
        taxonomy=load_taxonomy(),
        on=ON,
    )


def columns(register):
    return {column: field for column, field in register.sheets[0].columns.items() if field}


def test_reordered_columns_with_other_words_are_found():
    register = parse(workbook(("So", [HEADER, ROW], [])))

    assert columns(register) == {
        "A": "position",
        "B": "product",
        "C": "name",
        "D": "tax_code",
        "E": "phones",
        "F": "stars",
        "G": "address",
    }
    subject = register.subjects[0]
    assert (subject.name, subject.kind, subject.tax_code) == (
        "HTX Bến Sen",
        "cooperative",
        "1299000012",
    )
    assert [(p.name, p.stars, p.group) for p in subject.products] == [("Mắm tôm chà", 4, None)]
    assert [problem.code for problem in register.problems] == ["unit_ambiguous"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Chủ thể sản xuất", "name"),
        ("Đơn vị", "name"),
        ("Tên chủ thể (cơ sở)", "name"),
        ("TÊN DOANH NGHIỆP, HTX, CƠ SỞ", "name"),
    ],
)
def test_headings_for_the_subject(heading, field):
    assert (
        columns(
            parse(workbook(("S", [["STT", heading, "Sản phẩm", "Sao"], [1, "A", "B", 3]], [])))
        )["B"]
        == field
    )


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Chủ cơ sở", "representative"),
        ("Họ và tên người đại diện", "representative"),
        ("Số ĐT liên hệ", "phones"),
        ("Điện thoại chủ cơ sở", "phones"),
        ("Địa chỉ cơ sở", "address"),
        ("Loại hình chủ thể", "kind"),
        ("MST/ CCCD", "tax_code"),
        ("Thư điện tử", "email"),
        ("Nhóm sản phẩm", "group"),
        ("Hạng sản phẩm", "stars"),
        ("Số sao", "stars"),
        ("Kết quả phân hạng", "stars"),
        ("QĐ công nhận", "decision_no"),
        ("Số Quyết định, ngày tháng năm", "decision_no"),
        ("Ngày quyết định", "issued_on"),
        ("Ngày cấp giấy chứng nhận", "issued_on"),
        ("Thời hạn GCN", "expires_on"),
        ("Có giá trị đến", "expires_on"),
        ("Ngày hết hiệu lực", "expires_on"),
        ("Cơ quan ban hành", "issuer"),
        ("Huyện/TX/TP", "district"),
        ("Xã, phường, thị trấn", "commune"),
        ("Ghi chú", "note"),
        ("Sản lượng (tấn)", None),
        ("Doanh thu", None),
        ("Mã hồ sơ", None),
        ("Hình ảnh sản phẩm", None),
        ("Ngày sinh", None),
    ],
)
def test_heading_gives_its_field(heading, field):
    rows = [["STT", "Tên chủ thể", "Tên sản phẩm", heading], [1, "HTX A", "Gạo", ""]]

    register = parse(workbook(("S", rows, [])))

    assert register.sheets[0].columns["D"] == field


def test_two_header_rows_with_numbering_below():
    rows = [
        ["UBND TỈNH", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["DANH SÁCH SẢN PHẨM OCOP"],
        [],
        ["TT", "Chủ thể", "Sản phẩm", None, "Quyết định", None, "Ghi chú"],
        [None, None, "Tên", "Nhóm", "Số", "Ngày", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        [1, "HTX Bến Sen", "Gạo", "TP", "12/QĐ-UBND", "1/2/2026", "Thu hồi"],
    ]
    merges = ["A4:A5", "B4:B5", "C4:D4", "E4:F4", "G4:G5"]

    register = parse(workbook(("S", rows, merges)))

    assert register.sheets[0].header_rows == (4, 5, 6)
    assert list(columns(register).values()) == [
        "position",
        "name",
        "product",
        "group",
        "decision_no",
        "issued_on",
        "note",
    ]
    product = register.subjects[0].products[0]
    assert (product.decision_no, product.issued_on, product.expires_on, product.state) == (
        "12/QĐ-UBND",
        date(2026, 2, 1),
        date(2029, 2, 1),
        "revoked",
    )


def test_one_sheet_per_district_is_joined_and_tells_communes_apart():
    def of(code, phone):
        return [[*HEADER], [1, "Mắm", f"Hộ kinh doanh {phone}", code, phone, 3, "ấp 2, xã Tân Phú"]]

    data = workbook(
        ("Tân Phú Đông", of("1299000012", "0900000001"), []),
        ("TX Cai Lậy", of("1299000037", "0900000002"), []),
        (
            "Tổng hợp",
            [["STT", "Huyện", "Số chủ thể", "Số sản phẩm", "Số 3 sao"], [1, "A", 2, 3, 4]],
            [],
        ),
        ("Hướng dẫn", [["Điền theo mẫu"]], []),
    )

    register = parse(data)

    assert [(s.id, s.sheet, s.unit_old) for s in register.subjects] == [
        ("S001", "Tân Phú Đông", "28693"),
        ("S002", "TX Cai Lậy", "28459"),
    ]
    assert register.other_sheets == ("Tổng hợp", "Hướng dẫn")
    printed = register_as_dict(register)
    assert [layout["sheet"] for layout in printed["sheets"]] == ["Tân Phú Đông", "TX Cai Lậy"]
    assert printed["totals"]["subjects"] == 2
    assert printed["subjects"][1]["sheet"] == "TX Cai Lậy"


def test_subject_in_two_sheets_is_one():
    data = workbook(("A", [HEADER, ROW], []), ("B", [HEADER, [*ROW[:1], "Gạo", *ROW[2:]]], []))

    register = parse(data)

    assert [[p.name for p in s.products] for s in register.subjects] == [["Mắm tôm chà", "Gạo"]]
    assert [(p.sheet, p.code, p.same_as) for p in register.problems if p.same_as] == [
        ("B", "duplicate_subject", "S001")
    ]


def test_district_headings_and_totals_between_the_rows_are_no_products():
    rows = [
        HEADER,
        ["I", "Huyện Tân Phú Đông"],
        [1, "Mắm", "HTX Bến Sen", "1299000012", "0900000001", 3, "xã Tân Phú"],
        [None, "Gạo", None, None, None, 4, None],
        ["Cộng", 2],
        ["II", "Thị xã Cai Lậy"],
        [2, "Khô", "HTX Bến Tre", "1299000037", "0900000002", 3, "xã Tân Phú"],
        ["Tổng cộng", "3 sản phẩm"],
        [None, "Đồng Tháp, ngày 1 tháng 2 năm 2027"],
        ["NGƯỜI LẬP", None, None, None, None, "GIÁM ĐỐC"],
        ["Trần Thị A", None, None, None, None, "Lê Văn B"],
    ]

    register = parse(workbook(("S", rows, [])))

    assert [(s.unit_old, len(s.products)) for s in register.subjects] == [
        ("28693", 2),
        ("28459", 1),
    ]
    assert [(row.row, row.why) for row in register.skipped_rows] == [
        (1, "header"),
        (2, "section"),
        (5, "total"),
        (6, "section"),
        (8, "total"),
        (9, "footer"),
        (10, "footer"),
        (11, "footer"),
    ]
    assert register.problems == ()


def test_register_that_repeats_the_subject_in_each_row_has_one_block():
    rows = [HEADER, ROW, [2, "Gạo", *ROW[2:]], [3, "Khô", *ROW[2:]]]

    register = parse(workbook(("Tân Phú Đông", rows, [])))

    assert [(s.rows, len(s.products)) for s in register.subjects] == [(((2, 4),), 3)]
    assert register.problems == ()


def test_product_cells_merged_over_rows_count_for_each():
    rows = [
        ["STT", "Tên chủ thể", "Tên sản phẩm", "Nhóm", "Số quyết định", "Ngày cấp"],
        [1, "HTX Bến Sen", "Gạo", "Thực phẩm", "12/QĐ-UBND", "Quý II/2026"],
        [None, None, "Nếp", None, None, None],
    ]
    merges = ["A2:A3", "B2:B3", "D2:D3", "E2:E3", "F2:F3"]

    products = parse(workbook(("S", rows, merges))).subjects[0].products

    assert [
        (p.name, p.group, p.decision_no, p.issued_on, p.issued_precision) for p in products
    ] == [
        ("Gạo", "food", "12/QĐ-UBND", date(2026, 4, 1), "quarter"),
        ("Nếp", "food", "12/QĐ-UBND", date(2026, 4, 1), "quarter"),
    ]


def test_commune_and_district_in_columns_of_their_own():
    rows = [
        ["STT", "Tên chủ thể", "Sản phẩm", "Ấp (địa chỉ)", "Xã", "Huyện"],
        [1, "HTX Bến Sen", "Gạo", "ấp 2", "Tân Phú", "Cai Lậy"],
    ]

    subject = parse(workbook(("S", rows, []))).subjects[0]

    assert (subject.unit_old, subject.unit_new) == ("28459", "28468")


def test_every_error_of_a_row_is_reported_at_its_cell():
    rows = [
        [*HEADER, "Nhóm", "Ngày cấp", "Ngày hết hạn"],
        [1, "Gạo", "HTX A", "082085000000", "123", "6 sao", "xã X", "Xe hơi", "31/04/2026", "x"],
        [None, None, None, None, None, 3, None, None, "1/1/2026", None],
        [2, None, "HTX B", None, None, None, None, None, None, None],
    ]

    register = parse(workbook(("S", rows, [])))

    assert [(p.row, p.column, p.code, p.severity) for p in register.problems] == [
        (2, "D", "tax_code_kind", "error"),
        (2, "E", "phone_invalid", "error"),
        (2, "F", "stars_invalid", "error"),
        (2, "G", "unit_unknown", "warning"),
        (2, "H", "group_unknown", "error"),
        (2, "I", "date_invalid", "error"),
        (2, "J", "date_invalid", "error"),
        (3, "B", "product_missing", "error"),
        (4, "B", "product_missing", "error"),
    ]
    assert all(problem.message().endswith(".") for problem in register.problems)


def test_text_longer_than_the_tables_hold_is_cut_with_a_warning():
    rows = [HEADER, [1, "Gạo " * 100, "HTX " + "A" * 300, None, None, 3, "xã Vĩnh Kim"]]

    register = parse(workbook(("S", rows, [])))

    assert [(p.column, p.code) for p in register.problems] == [
        ("B", "text_too_long"),
        ("C", "text_too_long"),
    ]
    subject = register.subjects[0]
    assert (len(subject.name), len(subject.products[0].name)) == (200, 199)


def test_row_without_a_subject_is_reported_and_left_out():
    rows = [HEADER, [1, "Gạo", None, "1299000012", "0900000001", 3, "xã Vĩnh Kim"], ROW]

    register = parse(workbook(("Tân Phú Đông", rows, [])))

    assert [(p.row, p.column, p.code) for p in register.problems] == [(2, "C", "name_missing")]
    assert [(s.name, len(s.products)) for s in register.subjects] == [("HTX Bến Sen", 1)]


def test_edited_mapping_replaces_the_guess():
    data = workbook(
        ("S", [["STT", "Tên chủ thể", "Tên sản phẩm", "Mã"], [1, "HTX A", "Gạo", "5"]], [])
    )

    register = parse(data, mapping={"S": {"B": "name", "C": "product", "D": "stars"}})

    assert register.sheets[0].columns == {"A": None, "B": "name", "C": "product", "D": "stars"}
    assert register.sheets[0].headings["D"] == "Mã"
    assert register.subjects[0].products[0].stars == 5


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"B": "name"}, "Chưa chọn cột cho: Tên sản phẩm."),
        (
            {"B": "name", "C": "product", "D": "product"},
            "Có nội dung được chọn cho hai cột. Mỗi nội dung chỉ lấy từ một cột.",
        ),
        (
            {"B": "name", "C": "product", "Z": "note"},
            "Bảng ghép cột không khớp với tệp này. Hãy chọn lại các cột.",
        ),
        (
            {"B": "name", "C": "product", "D": "color"},
            "Bảng ghép cột không khớp với tệp này. Hãy chọn lại các cột.",
        ),
    ],
)
def test_unusable_mapping_is_refused(mapping, sentence):
    data = workbook(
        ("S", [["STT", "Tên chủ thể", "Tên sản phẩm", "Mã"], [1, "HTX A", "Gạo", "5"]], [])
    )

    with pytest.raises(MappingError) as error:
        parse(data, mapping={"S": mapping})

    assert error.value.message() == sentence


def test_file_without_a_header_is_refused():
    data = workbook(("S", [["HTX A", "Gạo", 3], ["HTX B", "Nếp", 4]], []))

    with pytest.raises(NoHeaderError) as error:
        parse(data)

    assert error.value.message() == (
        "Không tìm thấy hàng tiêu đề. Tệp cần có cột tên chủ thể và cột tên sản phẩm."
    )


def test_hidden_columns_are_not_guessed_and_hidden_sheets_not_read():
    book = Workbook()
    sheet = book.active
    for row in ([*HEADER, "Email"], [*ROW, "a@example.vn"]):
        sheet.append(row)
        book["Sheet"].column_dimensions["H"].hidden = True
    old = book.create_sheet("Cũ")
    old.append(HEADER)
    old.append(ROW)
    old.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)

    register = parse(out.getvalue())

    assert register.sheets[0].columns["H"] is None
    assert register.sheets[0].hidden_columns == ("H",)
    assert register.subjects[0].email is None
    assert register.other_sheets == ("Cũ",)


def test_formula_without_a_stored_value_counts_as_empty():
    rows = [
        ["STT", "Tên chủ thể", "Tên sản phẩm", "Ngày cấp", "Ngày hết hạn"],
        [1, "HTX A", "Gạo", "1/2/2026", "=EDATE(D2,36)"],
    ]

    register = parse(workbook(("S", rows, [])))

    assert [(p.column, p.code, p.value) for p in register.problems] == [
        ("E", "formula_without_value", "=EDATE(D2,36)")
    ]
    assert register.subjects[0].products[0].expires_on == date(2029, 2, 1)


def test_same_bytes_give_the_same_register():
    data = workbook(("S", [HEADER, ROW], []))

    assert parse(data) == parse(data)
