"""The printed fonts know Vietnamese, and text fits without losing a letter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics

from tgfair.documents.fonts import (
    LINE_HEIGHT,
    SANS,
    SANS_BOLD,
    SERIF,
    SERIF_BOLD,
    SERIF_BOLD_ITALIC,
    SERIF_ITALIC,
    fit_text,
    register_fonts,
)

MARKS = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
LETTERS = {
    unicodedata.normalize("NFC", vowel + mark)
    for base in "aăâeêioôơuưy"
    for vowel in (base, base.upper())
    for mark in MARKS
} | {"đ", "Đ"}
LONG_NAME = (
    "Công Tằng Tôn Nữ Huỳnh Nguyễn Phương Thảo Ngọc Quỳnh Như Trường Xuân Ánh Nguyệt Diễm Thúy"
)


def test_the_alphabet_is_complete():
    plain = set("aeiouyAEIOUY")

    assert len(LETTERS - plain) == 134


@pytest.mark.parametrize(
    "font", [SANS, SANS_BOLD, SERIF, SERIF_BOLD, SERIF_ITALIC, SERIF_BOLD_ITALIC]
)
def test_font_covers_vietnamese(font):
    register_fonts()
    needed = LETTERS | set("₫–—“”‘’…•×0123456789 ,.-/:;()&%+@") | {chr(n) for n in range(33, 127)}

    known = pdfmetrics.getFont(font).face.charToGlyph

    assert sorted(letter for letter in needed if ord(letter) not in known) == []


def test_fit_text_keeps_a_name_of_90_letters():
    fitted = fit_text(LONG_NAME, SANS_BOLD, width=220, height=62, largest=22)

    assert " ".join(fitted.lines) == LONG_NAME
    assert fitted.size >= 8
    assert min(len(line.split()) for line in fitted.lines) > 1


def test_fit_text_breaks_a_word_wider_than_the_room():
    fitted = fit_text("W" * 90, SANS_BOLD, width=100, height=30, largest=22)

    assert "".join(fitted.lines) == "W" * 90


@given(st.text(st.sampled_from([*sorted(LETTERS), " "]), max_size=120))
def test_fit_text_never_leaves_its_room(text):
    fitted = fit_text(text, SANS, width=120, height=40, largest=20)

    assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
    assert len(fitted.lines) * fitted.size * LINE_HEIGHT <= 40
    assert all(pdfmetrics.stringWidth(line, SANS, fitted.size) <= 120 for line in fitted.lines)
