"""Vietnamese text: clean it on the way in, fold it for search, sort it by the alphabet."""

from __future__ import annotations

import re
import unicodedata

from tgfair.core.errors import InvalidError

# Ð (U+00D0) is the Icelandic eth that old fonts show as the Vietnamese Đ.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ"})
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Halves of surrogate pairs, which JSON can bring in, are no characters: nothing can store them.
# U+FFFE and U+FFFF are none either: XML takes neither.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_HALVES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")

_QUALITY_MARKS = "\u0302\u0306\u031b"  # circumflex, breve, horn: they make another letter
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the dictionary's order
# Spaces, punctuation, figures, then the alphabet: the order of ICU's vi_VN collation.
_ALPHABET = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_SORTED_CHARACTERS = 180
_SORT_KEY_LENGTH = 800
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def clean_text(text: str) -> str:
    """Return `text` as it is stored: NFC, one line, single spaces, no invisible characters.

    Ð becomes Đ, NBSP and line breaks become a space, zero-width characters go, the ends are
    trimmed. Capitals, abbreviations and the place of a tone mark stay as typed.
    """
    text = unicodedata.normalize("NFC", _HALVES.sub("", text)).translate(_LOOKALIKES)
    return _SPACES.sub(" ", _ZERO_WIDTH.sub("", text)).strip()


def drop_unsafe(text: str) -> str:
    """Return `text` without control characters, overrides of the writing direction, halves."""
    return _BIDI.sub("", _CONTROL.sub("", text))


def check_text(text: str, *, field: str | None = None) -> str:
    """Return the cleaned text of a form field.

    Raises:
        InvalidError: a control character, or an override of the writing direction (with which
            a name can be made to read otherwise than it is stored).
    """
    if drop_unsafe(text) != text:
        raise InvalidError(
            "Nội dung có ký tự lạ không nhìn thấy. Hãy xóa đi và gõ lại.", field=field
        )
    return clean_text(text)


def fold(text: str) -> str:
    """Return the search form: small letters without marks, đ as d, single spaces."""
    decomposed = unicodedata.normalize("NFD", clean_text(text).casefold())
    return "".join("d" if c == "đ" else c for c in decomposed if not unicodedata.combining(c))


def spelling_key(text: str) -> str:
    """Return a key equal for texts that differ only in capitals or the place of the tone mark.

    `Hoà` and `Hòa` are one word; `cốm` and `cơm` are two.
    """
    return " ".join(_spelling_of_word(word) for word in clean_text(text).casefold().split(" "))


def sort_key(text: str) -> str:
    """Return a string whose byte order is the order of the Vietnamese dictionary.

    Letters first, tones second, capitals third. The key holds only `0-9a-z`, in such a way that
    byte order and any language's collation agree, so it can be stored and sorted in a column;
    it looks at the first 180 characters and is at most 800 long.
    """
    letters, tones, capitals = [], [], []
    for letter, tone, capital in _letters(clean_text(text)[:_SORTED_CHARACTERS]):
        letters.append(_weight(letter))
        tones.append(str(tone + 1))
        capitals.append("2" if capital else "1")
    # "0" is below every weight, so the shorter of two equal beginnings comes first.
    levels = ("".join(letters) + "0", "".join(tones).rstrip("1"), "".join(capitals).rstrip("1"))
    return "0".join(levels)[:_SORT_KEY_LENGTH]


def _spelling_of_word(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(c for c in decomposed if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES)) + tones


def _letters(text: str) -> list[tuple[str, int, bool]]:
    """Split into (small letter, tone 0-5 or 6 for a foreign mark, is capital)."""
    found: list[tuple[str, int, bool]] = []
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            small = character.lower()
            found.append((small, 0, small != character))
        elif found:
            letter, tone, capital = found[-1]
            if character in _QUALITY_MARKS:
                letter = unicodedata.normalize("NFC", letter + character)
            else:
                tone = _TONES.find(character) + 1 or 6
            found[-1] = (letter, tone, capital)
    return found


def _weight(letter: str) -> str:
    position = _ALPHABET.find(letter)
    if len(letter) == 1 and position >= 0:
        high, low = divmod(position, 36)
        return _BASE36[high + 1] + _BASE36[low]
    return "z" + "".join(f"{ord(c):06x}" for c in letter)  # other scripts follow the alphabet
