"""One measured number and the line it is printed as."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A value with its goal; `at_least` says on which side of the goal it has to lie."""

    id: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def line(self) -> str:
        """Return `id value unit goal pass|short`."""
        side = ">=" if self.at_least else "<="
        verdict = "pass" if self.passed else "short"
        return f"{self.id} {self.value:.4g} {self.unit} {side}{self.goal:.4g} {verdict}"


def note(text: str) -> None:
    """Print what is behind a figure, beside the figures' own stream."""
    print(f"  # {text}", file=sys.stderr, flush=True)
