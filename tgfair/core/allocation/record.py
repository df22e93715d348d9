"""Write problems and plans down: the digest of what was decided upon, and plans as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from tgfair.core.allocation.problem import Problem, checked
from tgfair.core.allocation.solution import (
    Explanation,
    Level,
    LevelScore,
    Lost,
    Placement,
    Price,
    Reason,
    Solution,
    Unplaced,
)


def problem_digest(problem: Problem) -> str:
    """Return 64 hex digits that change when anything changes that could decide the plan.

    The order in which things are listed is not such a thing.
    """
    text = json.dumps(asdict(checked(problem)), default=sorted, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def solution_as_json(solution: Solution) -> dict[str, Any]:
    """Return the plan ready for `json.dumps`."""
    out: dict[str, Any] = json.loads(json.dumps(asdict(solution)))
    return out


def solution_from_json(data: dict[str, Any]) -> Solution:
    """Return the plan that `solution_as_json` wrote."""
    return Solution(
        placements=tuple(
            Placement(p["applicant"], tuple(p["booths"]), p["wish"], p["pinned"])
            for p in data["placements"]
        ),
        unplaced=tuple(
            Unplaced(u["applicant"], tuple(Reason(**one) for one in u["reasons"]))
            for u in data["unplaced"]
        ),
        scores=tuple(
            LevelScore(Level(s["level"]), s["value"], s["bound"], s["proven"])
            for s in data["scores"]
        ),
        stopped=data["stopped"],
        explanations=tuple(_explanation(one) for one in data["explanations"]),
    )


def _explanation(data: dict[str, Any]) -> Explanation:
    return Explanation(
        data["applicant"],
        data["wish"],
        tuple(data["met"]),
        tuple(
            Lost(one["wish"], one["label"], tuple(one["holders"]), Reason(**one["reason"]))
            for one in data["lost"]
        ),
        tuple(_price(one) for one in data["alternatives"]),
    )


def _price(data: dict[str, Any]) -> Price:
    lists: Iterable[str] = ("booths", "displaced")
    return Price(**{**data, **{name: tuple(data[name]) for name in lists}})
