"""Plans written down and read again; what `verify` finds, in words; plans made by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given

from tests.core.allocation.small import problems
from tests.core.allocation.test_explain import FAIR
from tests.core.allocation.test_solve_rules import few
from tgfair.core.allocation import verify as verifying
from tgfair.core.allocation.problem import Rules
from tgfair.core.allocation.record import problem_digest, solution_as_json, solution_from_json
from tgfair.core.allocation.solution import Level
from tgfair.core.allocation.solve import evaluate, solve
from tgfair.core.allocation.verify import verify
from tgfair.core.allocation.wording import SENTENCES, sentence_of


@few
@given(problems())
def test_plan_survives_json(problem):
    solution = solve(problem)

    assert solution_from_json(json.loads(json.dumps(solution_as_json(solution)))) == solution


def test_digest_sees_every_change_but_the_order():
    mixed = replace(FAIR, booths=FAIR.booths[::-1], applicants=FAIR.applicants[::-1])
    changed = replace(FAIR, rules=Rules(cap_per_owner=3))

    assert problem_digest(mixed) == problem_digest(FAIR)
    assert problem_digest(changed) != problem_digest(FAIR)


def test_plan_by_hand_has_scores_and_what_is_wrong_in_words():
    solution = evaluate(FAIR, {"z": ("1",), "y": ("2", "3")})

    found = [sentence_of(FAIR, violation) for violation in verify(FAIR, solution)]
    assert [(score.level, score.value) for score in solution.scores] == [
        (Level.PLACED, 2),
        (Level.WISHES, 100),
        (Level.NEIGHBOURS, 0),
    ]
    assert found == [
        "Khu của gian A01 không nhận nhóm sản phẩm của Cơ sở Ất.",
        "Các gian của Cơ sở Yên không đủ số hoặc không liền nhau.",
    ]


def test_booth_of_a_type_for_others_is_told_by_its_type():
    booths = (replace(FAIR.booths[0], kind="food"), *FAIR.booths[1:])
    rules = Rules(kind_groups=(("food", frozenset({"drink"})),))
    problem = replace(FAIR, booths=booths, rules=rules)
    solution = evaluate(problem, {"x": ("1",), "y": ("2",), "z": ("3",)})

    assert [sentence_of(problem, violation) for violation in verify(problem, solution)] == [
        "Gian A01 là gian ẩm thực, không nhận nhóm sản phẩm của HTX Xuân."
    ]


def test_every_finding_has_a_sentence():
    source = Path(verifying.__file__).read_text("utf-8")
    codes = set(re.findall(r'Violation\("(\w+)"', source))
    codes |= set(re.findall(r'^            "(\w+)": ', source, re.MULTILINE))

    assert codes == set(SENTENCES)


@few
@given(problems())
def test_plan_of_the_solver_evaluates_to_its_own_scores(problem):
    solution = solve(problem)
    plan = {p.applicant: p.booths for p in solution.placements}

    again = evaluate(problem, plan)

    assert [s.value for s in again.scores] == [s.value for s in solution.scores]
    assert again.explanations == solution.explanations
