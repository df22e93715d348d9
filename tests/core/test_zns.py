"""The Zalo campaign file by its published rules."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.zns import COLUMNS, next_allowed, problems_of, short_value, zns_file, zns_phone

ROW = {
    "phone": "0912345678",
    "ten_co_so": "HTX Gò Công",
    "su_kien": "HC OCOP",
    "ngay": "18/06/2026",
    "ma_ho_so": "TGF1-ABC",
    "noi_dung": "Nhắc xác nhận gian hàng",
    "han": "09/06/2026",
}


def test_a_file_has_a_column_for_each_parameter():
    text = zns_file([ROW]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [list(COLUMNS), [ROW[name] for name in COLUMNS]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "+84912345678"),
        ("phone", "091234567"),
        ("phone", ""),
        ("ten_co_so", "x" * 31),
        ("ten_co_so", ""),
        ("ngay", "1/6/2026"),
        ("han", "2026-06-09"),
    ],
)
def test_what_zalo_would_refuse_is_refused_here(name, value):
    row = {**ROW, name: value}
    assert problems_of(row) == [name]
    with pytest.raises(InvalidError):
        zns_file([row])


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Hợp tác xã Gò Công", "Hợp tác xã Gò Công"),
        ("Hợp tác xã Nông nghiệp tổng hợp Mỹ Tho", "HTX NN tổng hợp Mỹ Tho"),
        ("Công ty TNHH Chế biến thủy sản Gò Công Đông", "Cty TNHH Chế biến thủy sản Gò…"),
        ("=HYPERLINK(1)", "HYPERLINK(1)"),
    ],
)
def test_long_names_are_written_short(text, short):
    assert short_value(text) == short


@given(st.text(max_size=200))
def test_every_value_fits(text):
    assert len(short_value(text)) <= 30
    assert not short_value(text).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("stored", "written"),
    [("+84912345678", "0912345678"), ("+842733123456", ""), (None, ""), ("0912345678", "")],
)
def test_numbers_are_ten_digits(stored, written):
    assert zns_phone(stored) == written


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        (datetime(2026, 6, 1, 3, tzinfo=UTC), datetime(2026, 6, 1, 3, tzinfo=UTC)),
        (datetime(2026, 6, 1, 15, tzinfo=UTC), datetime(2026, 6, 1, 23, tzinfo=UTC)),
        (datetime(2026, 6, 1, 22, 59, tzinfo=UTC), datetime(2026, 6, 1, 23, tzinfo=UTC)),
        (datetime(2026, 6, 1, 23, tzinfo=UTC), datetime(2026, 6, 1, 23, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken(now, allowed):
    assert next_allowed(now) == allowed
