"""The badge token, against vectors made by OpenSSL and against everything that is no badge."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.gate_mutants import malleated, mutants
from tgfair.core.badge import (
    BadgeKind,
    BadgePayload,
    Refusal,
    Refused,
    read,
    sign,
)
from tgfair.core.base45 import ALPHABET, decode, encode

VECTORS = json.loads((Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8"))
PUBLIC = {key["kid"]: bytes.fromhex(key["public_hex"]) for key in VECTORS["keys"]}
PRIVATE = {
    key["kid"]: Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed_hex"]))
    for key in VECTORS["keys"]
}
VALID = {case["name"]: case for case in VECTORS["valid"]}


def keyring(gate):
    return {kid: PUBLIC[kid] for kid in gate["keys"]}


def payload_of(case):
    return BadgePayload(
        kid=case["kid"],
        event=case["event"],
        badge=int(case["badge"]),
        kind=case["kind"],
        generation=case["generation"],
        gates=case["gates"],
        first_day=date.fromisoformat(case["first_day"]),
        days=case["days"],
    )


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])
def test_sign_and_read_valid_vector(case):
    payload = payload_of(case)

    assert sign(payload, PRIVATE[case["kid"]]) == case["text"]
    assert read(case["text"], keyring(case["gate"]), case["gate"]["event"]) == payload
    assert payload.last_day == date.fromisoformat(case["last_day"])
    assert f"{payload.badge:016x}" == case["badge_hex"]


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["name"])
def test_read_invalid_vector(case):
    answer = read(case["text"], keyring(case["gate"]), case["gate"]["event"])

    assert answer == Refused(Refusal(case["code"]))


@pytest.mark.parametrize("case", VECTORS["day_cases"], ids=lambda case: case["day"])
def test_day_of_badge(case):
    payload = payload_of(VALID[case["valid"]])

    assert payload.on(date.fromisoformat(case["day"])) == case["verdict"]


def test_kinds_are_numbered_as_printed():
    assert [kind.name.lower() for kind in BadgeKind] == VECTORS["layout"]["kinds"]
    assert [kind.value for kind in BadgeKind] == list(range(9))


def test_order_of_checks_is_that_of_the_vectors():
    assert [refusal.value for refusal in Refusal] == VECTORS["layout"]["order_of_checks"]


def test_gate_bits_count_from_gate_one():
    payload = payload_of(VALID["golden"])

    assert [gate for gate in range(1, 9) if payload.opens(gate)] == [1, 3]


def test_read_20000_mutants_accepts_none():
    answers = {type(read(mutant, PUBLIC, 7)) for mutant in mutants(20_000, seed=20240610)}

    assert answers == {Refused}


def test_malleated_signatures_are_refused():
    texts = [malleated(case["text"], times) for case in VECTORS["valid"] for times in range(1, 8)]

    assert {read(text, PUBLIC, 7) for text in texts} <= {
        Refused(Refusal.SIGNATURE),
        Refused(Refusal.UNKNOWN_KEY),
    }


@given(st.text(max_size=140) | st.text(ALPHABET, min_size=120, max_size=120).map("TG1:".__add__))
def test_read_any_text_refuses_it(text):
    assert isinstance(read(text, PUBLIC, 7), Refused)


@given(st.binary(max_size=100).filter(lambda data: len(data) % 2 == 0))
def test_base45_round_trip(data):
    assert decode(encode(data)) == data


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 16},
        {"generation": 16},
        {"generation": -1},
        {"days": 0},
        {"days": 256},
        {"event": 65536},
        {"badge": 2**64},
        {"gates": 256},
        {"kid": 256},
        {"first_day": date(1969, 12, 31)},
        {"first_day": date(2149, 6, 7)},
    ],
    ids=str,
)
def test_sign_refuses_what_does_not_fit(change):
    payload = replace(payload_of(VALID["golden"]), **change)

    with pytest.raises(ValueError, match=r"\w"):
        sign(payload, PRIVATE[1])


def test_base45_refuses_broken_groups():
    with pytest.raises(ValueError, match="groups"):
        decode("AB")
    with pytest.raises(ValueError, match="pairs"):
        encode(b"abc")
