"""The code under the QR: typed by thumb, read out over a noisy square."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.short_code import (
    ALPHABET,
    NUMBER_LIMIT,
    ShortCodeError,
    parse_short_code,
    short_code,
    show_short_code,
)

numbers = st.integers(0, NUMBER_LIMIT - 1)


@given(numbers)
def test_short_code_round_trip(number):
    code = short_code(number)

    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert parse_short_code(show_short_code(code)) == code


@pytest.mark.parametrize(
    "typed",
    [
        "0100-0018",
        "olooooi8",
        "OLOO – OOI8",
        " o1oo.oo18 ",
        "0l00_00i8",
        "01000018",
        "0100\u20110018",
    ],
)
def test_parse_short_code_is_tolerant(typed):
    assert parse_short_code(typed) == short_code(2**25 + 1)


@given(numbers, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_parse_short_code_finds_a_wrong_character(number, at, character):
    code = short_code(number)
    wrong = code[:at] + character + code[at + 1 :]

    if wrong != code:
        with pytest.raises(ShortCodeError):
            parse_short_code(wrong)


@given(numbers, st.integers(0, 7), st.integers(0, 7))
def test_parse_short_code_finds_exchanged_characters(number, one, other):
    code = short_code(number)
    characters = list(code)
    characters[one], characters[other] = characters[other], characters[one]
    wrong = "".join(characters)

    if wrong != code:
        with pytest.raises(ShortCodeError):
            parse_short_code(wrong)


@given(st.text(max_size=12).filter(lambda text: not any(c in ALPHABET for c in text.upper())))
def test_parse_short_code_refuses_other_text(text):
    with pytest.raises(ShortCodeError) as caught:
        parse_short_code(text + "U")

    assert caught.value.message().startswith("Mã này chưa đúng.")


@pytest.mark.parametrize("number", [-1, NUMBER_LIMIT])
def test_short_code_refuses_a_number_out_of_range(number):
    with pytest.raises(ValueError, match="35 bits"):
        short_code(number)
