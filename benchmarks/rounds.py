"""Interleaved rounds: whatever else the machine does hits every contestant alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable


def medians(contestants: dict[str, Callable[[], float]], *, rounds: int = 3) -> dict[str, float]:
    """Run all contestants `rounds` times, turn about, and return the median of each."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        start = number % len(names)  # nobody is always first, on a cold cache
        for name in names[start:] + names[:start]:
            values[name].append(contestants[name]())
    return {name: statistics.median(found) for name, found in values.items()}
