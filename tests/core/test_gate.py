"""The verdict rule, on the cases that the rule in the phone will have to answer alike."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tgfair.core.badge import BadgePayload, Refusal, Refused
from tgfair.core.gate import (
    AtGate,
    Colour,
    Direction,
    EarlierScan,
    ListedBadge,
    UnknownCode,
    Verdict,
    judge,
    verdict_told,
)

CASES = json.loads((Path(__file__).parents[1] / "data/gate-vectors.json").read_text("utf-8"))


def shown_of(data):
    match data.get("refused"):
        case "unknown_code":
            return UnknownCode.UNKNOWN_CODE
        case None:
            first_day = date.fromisoformat(data["first_day"])
            return BadgePayload(**data | {"badge": int(data["badge"], 16), "first_day": first_day})
        case code:
            return Refused(Refusal(code))


def at_of(data):
    return AtGate(
        gate=data["gate"],
        day=date.fromisoformat(data["day"]),
        direction=Direction(data["direction"]),
        fair_days=data["fair_days"] and tuple(date.fromisoformat(day) for day in data["fair_days"]),
        override=data["override"],
        full=data.get("full", False),
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_judge_vector(case):
    earlier = [
        EarlierScan(Direction(scan["direction"]), scan["at"], scan["gate"])
        for scan in case["earlier"]
    ]
    listed = case["listed"] and ListedBadge(**case["listed"])

    verdict = judge(shown_of(case["shown"]), listed, earlier, at_of(case["at"]))

    expected = case["verdict"]
    assert verdict == Verdict(
        Colour(expected["colour"]),
        expected["code"],
        expected["title"],
        expected["detail"],
        expected.get("attention", ""),
    )


def test_every_refusal_has_a_red_verdict():
    at = AtGate(gate=1, day=date(2027, 6, 9), override=True)

    answers = {judge(Refused(refusal), None, [], at).colour for refusal in Refusal}

    assert answers == {Colour.RED}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    listed=st.builds(ListedBadge, generation=st.integers(0, 15), revoked=st.booleans()),
    generation=st.integers(0, 15),
    earlier=st.lists(
        st.builds(EarlierScan, st.sampled_from(Direction), st.just("09:14"), st.integers(1, 8)),
        max_size=4,
    ),
    at=st.builds(
        AtGate,
        gate=st.integers(1, 8),
        day=st.dates(date(2027, 6, 1), date(2027, 6, 30)),
        direction=st.sampled_from(Direction),
        override=st.booleans(),
    ),
)
def test_a_void_badge_is_red_whatever_else_is_true(listed, generation, earlier, at):
    shown = BadgePayload(1, 7, 99, 0, generation, 255, date(2027, 6, 9), 4)

    verdict = judge(shown, listed, earlier, at)

    if listed.revoked or generation < listed.generation:
        assert verdict.colour is Colour.RED
    else:
        assert verdict.code not in {"revoked", "old_generation"}


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_what_a_phone_says_it_showed_is_understood(case):
    direction, told = Direction(case["at"]["direction"]), case["verdict"]

    verdict = verdict_told(told["code"], direction, told["detail"])

    assert verdict == Verdict(Colour(told["colour"]), told["code"], told["title"], told["detail"])


def test_a_code_that_no_rule_gives_is_not_understood():
    assert verdict_told("welcome", Direction.IN, "") is None
