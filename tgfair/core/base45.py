"""Base45 (RFC 9285) without any tolerance: one text for one sequence of bytes."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PAIR_LIMIT = 0xFFFF


class AlphabetError(ValueError):
    """A character that base45 does not have; blanks count, so nothing is trimmed."""


class OverflowingGroupError(ValueError):
    """Three characters that stand for more than two bytes hold."""


def encode(data: bytes) -> str:
    """Return three characters for every two bytes.

    Raises:
        ValueError: the number of bytes is odd; a badge never needs that case.
    """
    if len(data) % 2:
        raise ValueError("base45 here takes whole pairs of bytes")
    pairs = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    return "".join(
        ALPHABET[pair % 45] + ALPHABET[pair // 45 % 45] + ALPHABET[pair // 2025] for pair in pairs
    )


def decode(text: str) -> bytes:
    """Return two bytes for every three characters.

    Raises:
        AlphabetError: a foreign character anywhere in the text.
        OverflowingGroupError: a group above 65535.
        ValueError: the text does not consist of whole groups.
    """
    if len(text) % 3:
        raise ValueError("base45 here takes whole groups of three characters")
    try:
        digits = [_VALUES[character] for character in text]
    except KeyError as error:
        raise AlphabetError(error.args[0]) from None
    pairs = [
        digits[at] + digits[at + 1] * 45 + digits[at + 2] * 2025 for at in range(0, len(digits), 3)
    ]
    if any(pair > _PAIR_LIMIT for pair in pairs):
        raise OverflowingGroupError(text)
    return b"".join(pair.to_bytes(2, "big") for pair in pairs)
