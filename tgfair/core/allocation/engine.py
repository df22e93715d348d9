"""The only door to the solver (HiGHS): integer programs in, values and bounds out.

One thread and limits in nodes make a run repeatable; a limit in seconds is the caller's to add.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from math import gcd
from typing import Any

from tgfair.core.allocation.problem import Limits
from tgfair.core.errors import TgfairError

INFINITY = math.inf


class EngineMissingError(TgfairError):
    """The solver is not installed."""

    code = "solver_missing"

    def message(self) -> str:
        """Say what an administrator has to install."""
        return (
            "Máy chủ chưa có bộ giải xếp gian. Người quản trị hãy cài thêm: "
            'pip install "tgfair[solver]". Trong lúc chờ vẫn xếp tay hoặc bốc thăm được.'
        )


@dataclass(slots=True)
class Program:
    """An integer program to maximise: columns with upper bounds, rows of coefficients."""

    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[tuple[float, float, dict[int, float]]] = field(default_factory=list)

    def column(self, upper: float = 1, *, integer: bool = True) -> int:
        """Add a variable from 0 to `upper` and return its number."""
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.upper) - 1

    def row(self, lower: float, upper: float, terms: Mapping[int, float]) -> None:
        """Add lower <= sum of terms <= upper."""
        self.rows.append((lower, upper, dict(terms)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one solve gave; `values` is None without a solution, `infeasible` says it is proven."""

    values: tuple[int, ...] | None
    value: int | None
    bound: int | None
    proven: bool
    infeasible: bool


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A program without whole numbers: the bound, the point, and the prices that prove the bound.

    `shortfalls`: what a column brings beside the prices of its rows, 0 or less where the point does
    not use it whole; `prices`: what one more of a row's limit would bring.
    """

    bound: int
    values: tuple[float, ...]
    shortfalls: tuple[float, ...]
    prices: tuple[float, ...]


class Watch:
    """What a running search asks now and then: whether to stop, and whom to tell.

    Seconds are those inside the solver, which keeps its own clock.
    """

    def __init__(
        self,
        limits: Limits,
        should_stop: Callable[[], bool] | None = None,
        tell: Callable[[int | None, int | None, float], None] | None = None,
    ) -> None:
        self.limits = limits
        self.spent = 0.0
        self.stopped = False
        self._should_stop = should_stop
        self._asked = False
        self.tell = tell

    @property
    def left(self) -> float:
        """Return the seconds left, infinity without a limit."""
        seconds = self.limits.seconds
        return INFINITY if seconds is None else max(0.0, seconds - self.spent)

    def beside(self, *, seconds: float, asks: bool) -> Watch:
        """Return a watch for a part, with so many of the seconds left; it tells nobody.

        In another thread it must not ask, but hears what was answered elsewhere.
        """
        left = min(self.left, seconds)
        limits = replace(self.limits, seconds=None if left == INFINITY else left)
        return Watch(limits, self.asked if asks else lambda: self._asked)

    def asked(self) -> bool:
        """Return whether a person wants the run to end; once true it stays true."""
        if not self._asked and self._should_stop is not None:
            self._asked = self._should_stop()
            self.stopped = self.stopped or self._asked
        return self._asked

    def over(self) -> bool:
        """Return whether to end the search now; the neighbours still get their tries."""
        if self.left <= 0:
            self.stopped = True
        return self.asked() or self.stopped


class Engine:
    """One program inside the solver: solve, change the goal, add rows, solve again."""

    def __init__(self, program: Program, watch: Watch) -> None:
        self._highspy = _load()
        self._watch = watch
        if not program.upper:
            program.column(0)  # the solver has no opinion about a program without variables
        self._width = len(program.upper)
        self._costs = [0] * self._width
        self._unit = 1
        self._solver = self._highspy.Highs()
        limits = watch.limits
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("parallel", "off"),
            ("random_seed", limits.seed % 2**31),
            ("mip_rel_gap", 0.0),
            ("mip_feasibility_tolerance", 1e-7),
        ):
            self._solver.setOptionValue(name, value)
        self._pass(program)

    def _pass(self, program: Program) -> None:
        lp = self._highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._width, len(program.rows)
        lp.col_cost_ = [0.0] * self._width
        lp.col_lower_ = [0.0] * self._width
        lp.col_upper_ = [float(bound) for bound in program.upper]
        kinds = self._highspy.HighsVarType
        lp.integrality_ = [
            kinds.kInteger if whole else kinds.kContinuous for whole in program.integer
        ]
        lp.row_lower_ = [low for low, _, _ in program.rows]
        lp.row_upper_ = [high for _, high, _ in program.rows]
        start = [0]
        index: list[int] = []
        value: list[float] = []
        for _, _, terms in program.rows:
            index.extend(terms.keys())
            value.extend(float(one) for one in terms.values())
            start.append(len(index))
        matrix = lp.a_matrix_
        matrix.format_ = self._highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_, matrix.value_ = start, index, value
        lp.sense_ = self._highspy.ObjSense.kMaximize
        self._solver.passModel(lp)

    def add_row(self, lower: float, upper: float, terms: Mapping[int, float]) -> int:
        """Add lower <= sum of terms <= upper to the program and return the row's number."""
        self._solver.addRow(lower, upper, len(terms), list(terms.keys()), list(terms.values()))
        return int(self._solver.getNumRow()) - 1

    def limit_row(self, row: int, lower: float, upper: float) -> None:
        """Give a row other bounds."""
        self._solver.changeRowBounds(row, lower, upper)

    def limit_columns(self, bounds: Mapping[int, tuple[float, float]]) -> None:
        """Give variables other lower and upper bounds."""
        columns = sorted(bounds)
        lower = [float(bounds[column][0]) for column in columns]
        upper = [float(bounds[column][1]) for column in columns]
        self._solver.changeColsBounds(len(columns), columns, lower, upper)

    def solve(
        self,
        costs: Mapping[int, int],
        start: Sequence[int] | None = None,
        *,
        nodes: int | None = None,
        share: float = 1,
        near: int = 0,
    ) -> Outcome:
        """Maximise the whole-numbered `costs` per column, beginning with the plan in `start`.

        `nodes` and a `share` of the seconds left narrow the limits for this solve; it may end when
        it is as `near` to its bound as that.
        """
        # In the smallest whole numbers, so that rounding the bound down gains most.
        self._unit = gcd(*costs.values()) or 1
        self._set_costs({column: cost // self._unit for column, cost in costs.items()})
        if start is not None:
            columns = list(range(self._width))
            self._solver.setSolution(self._width, columns, [float(one) for one in start])
        before = self._solver.getRunTime()  # this clock goes on from run to run, the limit's not
        limit = self._watch.limits.nodes
        # Scores are whole numbers: closer than 1 is proven.
        self._solver.setOptionValue("mip_abs_gap", max(0.999, near / self._unit))
        self._solver.setOptionValue("mip_max_nodes", limit if nodes is None else min(nodes, limit))
        self._solver.setOptionValue("time_limit", self._watch.left * share)
        self._listen()
        self._solver.run()
        self._solver.clearCallbacks()
        self._watch.spent += self._solver.getRunTime() - before
        return self._outcome()

    def relaxed(self, costs: Mapping[int, int]) -> Relaxed | None:
        """Maximise a program without whole numbers; None when it was cut short."""
        self._unit = gcd(*costs.values()) or 1
        self._set_costs({column: cost // self._unit for column, cost in costs.items()})
        self._solver.setOptionValue("solver", "ipm")
        self._solver.setOptionValue("time_limit", self._watch.left)
        self._listen()
        self._solver.run()
        self._solver.clearCallbacks()
        self._watch.spent += self._solver.getRunTime()
        if self._solver.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return None
        bound = _floor(self._solver.getInfo().objective_function_value)
        point = self._solver.getSolution()
        columns, rows = tuple(point.col_dual), tuple(point.row_dual)
        return Relaxed((bound or 0) * self._unit, tuple(point.col_value), columns, rows)

    def _set_costs(self, costs: Mapping[int, int]) -> None:
        for column, old in enumerate(self._costs):
            new = costs.get(column, 0)
            if new != old:
                self._solver.changeColCost(column, float(new))
                self._costs[column] = new

    def _listen(self) -> None:
        def asked(event: Any) -> None:
            if self._watch.over():
                event.interrupt()

        def found(event: Any) -> None:
            if self._watch.tell is not None:
                out = event.data_out
                seconds = self._watch.spent + out.running_time
                best, bound = _whole(out.mip_primal_bound), _floor(out.mip_dual_bound)
                self._watch.tell(self._scaled(best), self._scaled(bound), seconds)

        self._solver.cbMipInterrupt.subscribe(asked)
        self._solver.cbIpmInterrupt.subscribe(asked)
        self._solver.cbMipImprovingSolution.subscribe(found)
        self._solver.cbMipLogging.subscribe(found)

    def _outcome(self) -> Outcome:
        status = self._solver.getModelStatus()
        kinds = self._highspy.HighsModelStatus
        infeasible = status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible)
        info = self._solver.getInfo()
        feasible = info.primal_solution_status == 2  # noqa: PLR2004 -- HiGHS: a feasible point
        bound = None if infeasible else _floor(info.mip_dual_bound)
        if not feasible:
            return Outcome(None, None, self._scaled(bound), proven=False, infeasible=infeasible)
        values = tuple(round(one) for one in self._solver.getSolution().col_value)
        value = sum(cost * values[column] for column, cost in enumerate(self._costs) if cost)
        if status == kinds.kOptimal and bound is not None and bound - value < 1:
            bound = value
        proven = bound is not None and bound <= value
        return Outcome(
            values, self._scaled(value), self._scaled(bound), proven=proven, infeasible=False
        )

    def _scaled(self, number: int | None) -> int | None:
        return None if number is None else number * self._unit


def relax(program: Program, costs: Mapping[int, int], watch: Watch) -> Relaxed | None:
    """Solve the program without whole numbers; None when that was cut short.

    The interior point method: on programs of 100,000 columns ten times faster than simplex.
    """
    continuous = replace(program, integer=[False] * len(program.upper))
    engine = Engine(continuous, watch)
    return engine.relaxed(costs)


def is_installed() -> bool:
    """Return whether the solver can be had, without loading it."""
    return find_spec("highspy") is not None


def need() -> None:
    """Refuse at once what would only fail later.

    Raises:
        EngineMissingError: the solver is not installed.
    """
    if not is_installed():
        raise EngineMissingError


def _load() -> Any:
    try:
        import highspy  # noqa: PLC0415 -- slow to import and an extra: only a run needs it
    except ImportError as error:
        raise EngineMissingError from error
    return highspy


def _whole(number: float) -> int | None:
    return round(number) if math.isfinite(number) else None


def _floor(number: float) -> int | None:
    """Round a bound down to the whole score below it; the margin forgives rounding inside HiGHS."""
    return math.floor(number + 1e-6) if math.isfinite(number) else None
