import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import (
    check_text,
    clean_text,
    fold,
    sort_key,
    spelling_key,
)

LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
WORDS = st.text(alphabet=LETTERS + LETTERS.upper() + " -.0123456789", max_size=40)
ORDER = [
    "10 Lúa",
    "2 Lúa",
    "An",
    "An Cư",
    "Anh",
    "Ánh",
    "ăn",
    "Ấp",
    "Âu",
    "Bà",
    "Bả",
    "Bã",
    "Bá",
    "Bạ",
    "Dân",
    "Đạo",
    "Em",
    "Êm",
    "hoa",
    "Hoa",
    "Hòa",
    "Hóa",
    "oi",
    "Ôi",
    "ơi",
    "Út",
    "Ưng",
    "Xã",
    "Ý",
]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Mỹ Ðức\u00a0Tây\n", "Mỹ Đức Tây"),
        ("Nếp  bè\u200b", "Nếp bè"),
        (unicodedata.normalize("NFD", "Thủy Trúc"), "Thủy Trúc"),
        ("Hoà và Hòa", "Hoà và Hòa"),
        ("", ""),
    ],
)
def test_clean_text_keeps_what_was_meant(typed, stored):
    assert clean_text(typed) == stored


@given(st.text())
def test_clean_text_twice_changes_nothing(text):
    assert clean_text(clean_text(text)) == clean_text(text)


def test_clean_text_leaves_no_half_of_a_character():
    assert clean_text("Xoài \ud83c Hòa Lộc\udf4e") == "Xoài Hòa Lộc"
    assert clean_text("Xoài \U0001f34e") == "Xoài \U0001f34e"


@pytest.mark.parametrize(
    "text", ["a\x00b", "HTX \u202eAB", "x\u2066y\u2069", "\x1b[31m", "nửa \ud83c", "a\uffff"]
)
def test_check_text_with_invisible_orders_is_refused(text):
    with pytest.raises(InvalidError) as error:
        check_text(text, field="name")

    assert error.value.field == "name"
    assert error.value.message().startswith("Nội dung có ký tự lạ")


def test_fold_gives_the_search_form():
    assert fold("Đặng Thị Ngọc Ánh") == "dang thi ngoc anh"
    assert fold("  ĐƯỜNG\u00a0 Ðen ") == "duong den"


@given(WORDS)
def test_fold_of_composed_and_decomposed_is_equal(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(text)
    assert spelling_key(unicodedata.normalize("NFD", text)) == spelling_key(text)


@given(WORDS)
def test_fold_leaves_only_plain_letters(text):
    assert fold(text).isascii()
    assert fold(fold(text)) == fold(text)


def test_spelling_key_ignores_only_capitals_and_the_place_of_the_tone():
    assert spelling_key("Thanh Hoà") == spelling_key("THANH HÒA")
    assert spelling_key("Bánh cốm") != spelling_key("Bánh cơm")
    assert spelling_key("Thanh") != spelling_key("Thạnh")


def test_sort_key_gives_the_order_of_the_dictionary():
    shuffled = sorted(ORDER, reverse=True)

    assert sorted(shuffled, key=lambda word: sort_key(word).encode()) == ORDER


@given(st.lists(WORDS, max_size=6))
def test_sort_key_is_plain_and_short(words):
    for word in words:
        assert set(sort_key(word)) <= set("0123456789abcdefghijklmnopqrstuvwxyz")
        assert len(sort_key(word * 30)) <= 800


@given(st.text(alphabet="bcdghklm ", max_size=20), st.text(alphabet="bcdghklm ", max_size=20))
def test_sort_key_of_plain_letters_is_their_order(left, right):
    left, right = clean_text(left), clean_text(right)

    assert (sort_key(left) < sort_key(right)) is (left < right)
