"""The film of another phone, read byte by byte."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.gate_films import body_of, record
from tgfair.core.gate import Colour, Direction, Verdict
from tgfair.core.gate_film import BadFilmError, Film, FilmedScan, device_of, read_film, seal_of
from tgfair.core.gate_scan import SentScan

AT = datetime(2026, 6, 18, 2, 14, 30, 250_000, tzinfo=UTC)
FIRST, SECOND = "0f" * 16, "a1" * 16
LET_IN = record(7, scan_id=FIRST, seq=41, at=AT, word="overridden", reason="Ban Tổ chức cho phép")
UNDONE = record(
    7, scan_id=SECOND, seq=42, at=AT, mode="name", word="undone", generation=3, cancels=FIRST
)


def test_film_tells_what_the_phone_would_have_sent():
    film = read_film(body_of(5, 900, 2, LET_IN, UNDONE))

    common = {"text": "", "direction": Direction.IN, "wall": AT, "mono": None}
    passed = SentScan(
        id=FIRST,
        seq=41,
        mode="qr",
        override=True,
        reason="Ban Tổ chức cho phép",
        cancels=None,
        told=Verdict(Colour.GREEN, "overridden", "MỜI VÀO", ""),
        **common,
    )
    taken_back = SentScan(
        id=SECOND, seq=42, mode="name", override=False, reason=None, cancels=FIRST, **common
    )
    assert film == Film(5, 900, (FilmedScan(passed, 7, 0), FilmedScan(taken_back, 7, 3)))
    assert device_of(body_of(5, 900, 2)) == 900


@pytest.mark.parametrize(
    "body",
    [
        b"",
        body_of(5, 900, 2, LET_IN)[:-1],
        body_of(5, 900, 2, LET_IN) + b"x",
        body_of(5, 900, 2, *[record(7)] * 401),
        body_of(5, 900, 2, record(2**63)),
        body_of(5, 900, 2, record(7, seq=0)),
        body_of(5, 900, 2, record(7, seq=2**31)),
        body_of(5, 900, 2, record(7, word="undone")),
        body_of(5, 900, 2, record(7, word="in", cancels=FIRST)),
        body_of(5, 900, 2, record(7, reason="a\x00b")),
        body_of(5, 900, 2, record(7)[:24] + b"\x07" + record(7)[25:]),
        body_of(5, 900, 2, record(7)[:24] + b"\x64" + record(7)[25:]),
        body_of(5, 900, 2, record(7)[:25] + b"\xff" * 6 + record(7)[31:]),
        body_of(5, 900, 2, record(7)[:35] + b"\x60"),
    ],
    # Each record has a number of its own by chance: the workers of a run must name them alike.
    ids=range(14),
)
def test_what_no_phone_writes_is_refused(body):
    with pytest.raises(BadFilmError):
        read_film(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(rest):
    with suppress(BadFilmError):
        read_film(body_of(5, 900, 2)[:7] + rest)


def test_only_the_phone_itself_can_vouch():
    body = body_of(5, 900, 2, LET_IN)

    seals = {seal_of("a" * 64, body), seal_of("b" * 64, body), seal_of("a" * 64, body + b"x")}

    assert [len(seal) for seal in seals] == [16, 16, 16]
