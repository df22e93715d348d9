"""The eight characters under a badge's QR code, for reading aloud and typing.

Seven Crockford characters (35 bits) and one check character over GF(32), which finds every
wrong character and every pair of characters changed round. It proves nothing by itself: it is
good only against the list of badges.
"""

from __future__ import annotations

from tgfair.core.errors import InvalidError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
NUMBER_LIMIT = 2**35

_IGNORED = dict.fromkeys(map(ord, " \t\u00a0-\u2010\u2011\u2012\u2013\u2014_."))
_ALIKE = str.maketrans("OIL", "011")
_FIELD_POLYNOMIAL = 0b100101


class ShortCodeError(InvalidError):
    """Something typed at the gate that no badge can have as its code."""

    code = "short_code"

    def __init__(self) -> None:
        super().__init__(
            "Mã này chưa đúng. Mã thẻ có 8 ký tự, in ngay dưới ô QR; hãy xem và gõ lại."
        )


def short_code(number: int) -> str:
    """Return the code for a random number from 0 to 2**35 - 1, without a dash.

    Raises:
        ValueError: the number is outside this range.
    """
    if not 0 <= number < NUMBER_LIMIT:
        raise ValueError("a short code carries 35 bits")
    digits = [number >> shift & 31 for shift in range(30, -1, -5)]
    return "".join(ALPHABET[digit] for digit in (*digits, _check(digits)))


def show_short_code(code: str) -> str:
    """Return the code in two groups of four, as it is printed."""
    return f"{code[:4]}-{code[4:]}"


def parse_short_code(text: str) -> str:
    """Return the code meant by what somebody typed.

    Small letters, dashes and blanks do not matter; O is read as 0, I and L as 1.

    Raises:
        ShortCodeError: not eight characters of the alphabet, or the check fails.
    """
    code = text.translate(_IGNORED).upper().translate(_ALIKE)
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        raise ShortCodeError
    digits = [ALPHABET.index(character) for character in code]
    if _check(digits[:-1]) != digits[-1]:
        raise ShortCodeError
    return code


def _check(digits: list[int]) -> int:
    # Doubling after each digit gives every place, the check's own included, another weight.
    remainder = 0
    for digit in digits:
        remainder = (remainder ^ digit) << 1
        if remainder > 31:  # noqa: PLR2004 -- the size of the field
            remainder ^= _FIELD_POLYNOMIAL
    return remainder
