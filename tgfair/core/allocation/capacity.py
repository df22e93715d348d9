"""Rows for what may not be exceeded: a zone's supply, an owner's number of booths."""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from math import gcd

from tgfair.core.allocation.engine import INFINITY, Program


def add_feed(program: Program, watts: dict[int, int], capacity: int) -> None:
    """Count applications of equal power: deciding on a count decides much more than on one."""
    if sum(watts.values()) <= capacity:
        return
    counts: dict[int, int] = {}
    by_watts: dict[int, list[int]] = defaultdict(list)
    for column, power in watts.items():
        by_watts[power].append(column)
    for power, columns in sorted(by_watts.items()):
        count = program.column(min(len(columns), capacity // power))
        program.row(0, 0, dict.fromkeys(columns, 1.0) | {count: -1.0})
        counts[count] = power
    add_capacity(program, counts, capacity)


def add_capacity(program: Program, terms: dict[int, int], capacity: int) -> None:
    """Add a row in the smallest whole numbers: rounding the right side down cuts fractions."""
    if sum(program.upper[one] * value for one, value in terms.items()) > capacity:
        unit = reduce(gcd, terms.values())
        scaled = {column: float(value // unit) for column, value in terms.items()}
        program.row(-INFINITY, capacity // unit, scaled)
