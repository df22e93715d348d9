"""What counts as a change, and what does not."""

from __future__ import annotations

from datetime import date

import pytest

from tgfair.core.register.changes import plan_changes, same_name
from tgfair.core.register.known import KnownCertificate, KnownExhibitor, KnownProduct
from tgfair.core.register.parse import parse_register
from tgfair.documents.reference_data import load_taxonomy, load_units
from tgfair.documents.spreadsheet_in import read_spreadsheet

HEADER = "Tên chủ thể;Loại hình;MST;Người đại diện;Điện thoại;Sản phẩm;Nhóm;Sao;Số QĐ;Ngày cấp;Ngày hết hạn"
ROW = "HTX Mắm;HTX;1299000012;Ông Lê Văn A;0900000001;Mắm tôm;Thực phẩm;4;12/QĐ-UBND;19/11/2024;19/11/2027"
CERTIFICATE = KnownCertificate(
    1, 4, "12/QĐ-UBND", None, None, date(2024, 11, 19), "day", date(2027, 11, 19), "cell", False
)
PRODUCT = KnownProduct(1, "Mắm tôm", "food", None, None, True, (CERTIFICATE,))
KNOWN = KnownExhibitor(
    id=7,
    name="Hợp tác xã Mắm",
    kind="cooperative",
    tax_code="1299000012",
    tax_code_kind="organisation",
    representative="Lê Văn A",
    honorific="Ông",
    representative_title="Giám đốc",
    phones=("+84900000001",),
    email=None,
    address=None,
    unit_old=None,
    unit_new=None,
    contact_is_own=False,
    in_register=True,
    products=(PRODUCT,),
)


def changes(row, header=HEADER):
    register = parse_register(
        read_spreadsheet(f"{header}\n{row}\n".encode(), "so.csv"),
        units=load_units(),
        taxonomy=load_taxonomy(),
        on=date(2026, 5, 5),
    )
    (found,) = plan_changes(register, [KNOWN]).subjects
    written = [(change.field, change.new) for change in found.written]
    for product in found.products:
        written += [(change.field, change.new) for change in product.fields]
        if product.certificate:
            written += [(change.field, change.new) for change in product.certificate.fields]
    return written


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("HTX NN Bến Bông Súng", "Hợp tác xã Nông nghiệp Bến Bông Súng", True),
        ("HỢP TÁC XÃ BẾN", "Hợp tác xã Bến", True),
        ("Hoà Bình", "Hòa Bình", True),
        ("Hai Thọ", "Hai Tho", False),
        ("HTX Một", "HTX Hai", False),
    ],
)
def test_names_differ_by_more_than_spelling(first, second, same):
    assert same_name(first, second) is same


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("HTX Mắm;", "HỢP TÁC XÃ MẮM;", []),
        ("Ông Lê Văn A", "", []),
        ("Ông Lê Văn A", "LÊ VĂN A", []),
        (
            "Ông Lê Văn A",
            "Trần Thị B",
            [("representative", "Trần Thị B"), ("honorific", None), ("representative_title", None)],
        ),
        (
            "0900000001",
            "0900000002, 0900000001",
            [("phone", "+84900000002"), ("other_phones", "+84900000001")],
        ),
        ("0900000001", "123", []),
        (";4;", ";5;", [("stars", 5)]),
        (";4;", ";;", []),
        (";19/11/2027", ";", []),
        (";19/11/2027", ";18/11/2027", [("expires_on", date(2027, 11, 18))]),
        (
            "19/11/2024;19/11/2027",
            "20/11/2024;",
            [
                ("issued_on", date(2024, 11, 20)),
                ("expires_on", date(2027, 11, 20)),
                ("expires_from", "computed"),
            ],
        ),
        ("Thực phẩm", "Đồ uống", [("group", "drink")]),
        ("HTX;1299", "Loại lạ;1299", []),
    ],
)
def test_only_what_the_register_says_changes(old, new, expected):
    assert changes(ROW.replace(old, new, 1) if old else ROW) == expected


def test_kind_guessed_from_a_name_changes_nothing():
    header = HEADER.replace("Loại hình;", "")
    row = ROW.replace("HTX Mắm;HTX;", "Công ty TNHH Mắm;")

    assert changes(row, header) == [("name", "Công ty TNHH Mắm")]
