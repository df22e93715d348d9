from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.search import matches, query_words, suggestions
from tgfair.core.vietnamese import fold


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("do uong", "Đồ uống"),
        ("mam tom cha", "Mắm tôm chà Út Hạnh"),
        ("sau rieng", "Sầu riêng Ngũ Hiệp"),
        ("Hòa", "Hoà Khánh"),
        ("hanh mam", "Mắm Út Hạnh"),
        ("", "bất kỳ"),
    ],
)
def test_words_are_found_without_diacritics_and_in_any_order(typed, text):
    assert matches(query_words(typed), fold(text))


def test_a_missing_word_is_not_found():
    assert not matches(query_words("mam ruoc"), fold("Mắm tôm chà"))


def test_nothing_found_suggests_the_nearest_names():
    names = ["Mắm tôm chà", "Sầu riêng Ri6", "Tủ thờ Gò Công"]

    assert suggestions("man tom cha", names) == ["Mắm tôm chà"]
    assert suggestions("rieeng", names) == ["Sầu riêng Ri6"]
    assert suggestions("xyzxyz", names) == []


@given(st.text(max_size=200))
def test_any_text_can_be_searched_for(typed):
    assert isinstance(matches(query_words(typed), "mam tom"), bool)
