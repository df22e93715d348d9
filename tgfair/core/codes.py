"""Codes that people read aloud: Crockford's alphabet, without I, L, O and U."""

from __future__ import annotations

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def crockford(number: int, length: int) -> str:
    """Write the low `5 × length` bits of `number` in Crockford's base 32."""
    return "".join(CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def normalise_code(typed: str) -> str:
    """Read what a person typed: any case, spaces or dashes, O for 0, I and L for 1."""
    kept = "".join(character for character in typed.upper() if character.isalnum())
    return kept.translate(_READ_AS)


def application_code(fair_code: str, random_bits: int) -> str:
    """Return an application's code: the fair's code, a dash, six characters (30 random bits)."""
    return f"{fair_code}-{crockford(random_bits, 6)}"
