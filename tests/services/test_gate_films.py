"""Scans that another phone brings, on both databases."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import builders
from tests.support.gate_films import body_of, film_of, record
from tests.support.gate_world import (
    FAIR_DAY,
    make_badges,
    make_gate,
    make_gate_fair,
    pair_phone,
    phone_actor,
    sent_scan,
    token_of,
)
from tgfair.core.errors import TgfairError
from tgfair.core.gate_film import BadFilmError
from tgfair.models import Role, Scan
from tgfair.policy import SYSTEM
from tgfair.services import badges, gate_films, gates, scans
from tgfair.services.gate_films import Brought
from tgfair.services.queries import head_counts
from tgfair.services.uow import reader

NOW = FAIR_DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_gate_fair()


@pytest.fixture
def maker(fair):
    """The phone without a network, at gate 1."""
    return pair_phone(fair, 1)


@pytest.fixture
def bearer(fair):
    """The phone that brings its film, at gate 2."""
    return phone_actor(pair_phone(fair, 2, "Máy của Tư"))


@pytest.fixture
def badge(fair):
    return make_badges(fair, "Nguyễn Thị Út Hạnh")[0]


def rows():
    reader().rollback()
    kept = (Scan.scan_id, Scan.device_id, Scan.seq, Scan.code, Scan.admitted, Scan.override_reason)
    return [tuple(row) for row in reader().execute(select(*kept).order_by(Scan.id))]


def inside(fair):
    reader().rollback()
    return head_counts.counts(fair.id, now=NOW).inside


def test_scans_are_kept_as_those_of_the_phone_that_made_them(fair, maker, bearer, badge):
    scan_id = secrets.token_hex(16)
    reason = "Ban Tổ chức cho phép"
    film = film_of(
        maker,
        record(badge.number, scan_id=scan_id, seq=8, word="overridden", reason=reason),
    )

    assert gate_films.take_film(bearer, film, now=NOW) == Brought(1, 0, 0)

    assert rows() == [(scan_id, maker.device_id, 8, "overridden", True, reason)]
    row = reader().scalars(select(Scan)).one()
    assert (row.badge_id, row.at, row.gate_id) == (badge.id, NOW, 1)
    assert inside(fair) == 1


def test_film_and_own_sending_end_in_one_row_in_either_order(fair, maker, bearer, badge):
    own = sent_scan(token_of(badge), seq=3, shown={"code": "in", "detail": ""})
    film = film_of(maker, record(badge.number, scan_id=own["id"], seq=3))
    actor = phone_actor(maker)

    assert gate_films.take_film(bearer, film, now=NOW) == Brought(1, 0, 0)
    (after,) = scans.record_scans(actor, [own], now=NOW, clock_shift=timedelta(0))
    assert gate_films.take_film(bearer, film, now=NOW) == Brought(0, 1, 0)

    assert (after.status, after.verdict.code) == ("duplicate", "in")
    assert rows() == [(own["id"], maker.device_id, 3, "in", True, None)]


def test_undo_is_brought_too(fair, maker, bearer, badge):
    scan_id = secrets.token_hex(16)
    let_in = record(badge.number, scan_id=scan_id, seq=1)
    undo = record(badge.number, seq=2, word="undone", cancels=scan_id, at=NOW + MINUTE)

    brought = gate_films.take_film(bearer, film_of(maker, let_in, undo), now=NOW + MINUTE)

    assert brought == Brought(2, 0, 0)
    assert inside(fair) == 0


def test_own_gate_hears_of_what_was_brought(maker, bearer, badge):
    gate_films.take_film(bearer, film_of(maker, record(badge.number)), now=NOW)

    (taken,) = scans.record_scans(
        bearer, [sent_scan(token_of(badge))], now=NOW, clock_shift=timedelta(0)
    )

    assert (taken.verdict.code, taken.verdict.detail) == (
        "already_in",
        "Đã vào lúc 09:14 ở cổng 1.",
    )


def test_badge_that_should_have_been_stopped_is_marked(maker, bearer, badge):
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    gate_films.take_film(bearer, film_of(maker, record(badge.number)), now=NOW)

    row = reader().scalars(select(Scan)).one()
    assert (row.admitted, row.server_code) == (True, "revoked")


def test_badge_that_nobody_knows_is_left_to_its_own_phone(maker, bearer, badge):
    (foreign,) = make_badges(builders.make_fair(), "Lê Văn Ơn")
    film = film_of(maker, record(badge.number), record(foreign.number), record(12345))

    assert gate_films.take_film(bearer, film, now=NOW) == Brought(1, 0, 2)


def test_nobody_can_speak_for_another_phone(fair, maker, bearer, badge):
    other = pair_phone(fair, 2, "Máy của Năm")
    said = record(badge.number)
    honest = film_of(maker, said)
    in_its_name = body_of(maker.event, maker.device_id, maker.gate, said)
    films = [
        b"",
        honest[:-1],
        honest[:-17] + b"\x01" + honest[-16:],
        in_its_name + film_of(other, said)[-16:],
        body_of(maker.event + 1, maker.device_id, maker.gate, said) + honest[-16:],
        body_of(maker.event, 999, maker.gate, said) + honest[-16:],
    ]

    for film in films:
        with pytest.raises(BadFilmError):
            gate_films.take_film(bearer, film, now=NOW)

    assert rows() == []


def test_lost_phone_is_believed_no_more_and_brings_nothing(fair, maker, bearer, badge):
    film = film_of(maker, record(badge.number))
    gates.revoke_device(SYSTEM, fair.id, maker.device_id, now=NOW)

    with pytest.raises(BadFilmError):
        gate_films.take_film(bearer, film, now=NOW)
    gates.revoke_device(SYSTEM, fair.id, bearer.device_id, now=NOW)
    with pytest.raises(TgfairError):
        gate_films.take_film(bearer, film, now=NOW)

    assert rows() == []


def test_phone_of_another_fair_brings_nothing(maker, badge):
    other = builders.make_fair()
    make_gate(other)
    stranger = phone_actor(pair_phone(other, 1))

    with pytest.raises(BadFilmError):
        gate_films.take_film(stranger, film_of(maker, record(badge.number)), now=NOW)
    with pytest.raises(gates.UnpairedError):
        gate_films.take_film(
            builders.make_staff(Role.ADMIN), film_of(maker, record(badge.number)), now=NOW
        )

    assert rows() == []
