"""The door to the solver: programs in, values and bounds out, a sentence when it is missing."""

from __future__ import annotations

import subprocess
import sys

from tgfair.core.allocation.engine import INFINITY, Engine, Outcome, Program, Watch, relax
from tgfair.core.allocation.problem import Limits

WITHOUT_SOLVER = """
import sys
sys.modules["highspy"] = None
from tgfair.core.allocation.problem import Problem
from tgfair.core.allocation.solve import solve
from tgfair.core.allocation.engine import EngineMissingError
try:
    solve(Problem((), (), ()))
except EngineMissingError as error:
    print(error.message())
"""


def knapsack() -> Program:
    """Two of three: 2 x + 2 y + 2 z <= 5."""
    program = Program()
    columns = [program.column() for _ in range(3)]
    program.row(-INFINITY, 5, dict.fromkeys(columns, 2.0))
    return program


def test_best_whole_numbers_are_found_and_proven():
    outcome = Engine(knapsack(), Watch(Limits())).solve({0: 30, 1: 20, 2: 10})

    assert outcome == Outcome((1, 1, 0), 50, 50, proven=True, infeasible=False)


def test_relaxation_bounds_from_above():
    relaxed = relax(knapsack(), {0: 10, 1: 10, 2: 10}, Watch(Limits()))

    assert relaxed is not None
    assert relaxed.bound == 20


def test_contradiction_is_told_apart_from_a_stop():
    program = knapsack()
    program.row(3, 3, {0: 1.0, 1: 1.0, 2: 1.0})

    outcome = Engine(program, Watch(Limits())).solve({0: 1})

    assert outcome == Outcome(None, None, None, proven=False, infeasible=True)


def test_missing_solver_says_what_to_install():
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_SOLVER], capture_output=True, text=True, check=True
    )

    assert 'pip install "tgfair[solver]"' in told.stdout


def test_importing_the_search_does_not_import_the_solver():
    code = "import sys, tgfair.core.allocation.solve; print('highspy' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"
