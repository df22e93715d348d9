"""What a run found, with the proof it has and the reason of every placement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The goals in their order: a later one never costs anything of an earlier one."""

    PLACED = "placed"
    WISHES = "wishes"
    LOTS = "lots"
    NEIGHBOURS = "neighbours"


LEVEL_NAMES = {
    Level.PLACED: "Số hồ sơ có gian",
    Level.WISHES: "Điểm nguyện vọng",
    Level.LOTS: "Thứ tự bốc thăm",
    Level.NEIGHBOURS: "Điểm hàng xóm",
}


@dataclass(frozen=True, slots=True)
class Placement:
    """The booths of an application, in the order of the row. `wish` is the rank it got, or None."""

    applicant: str
    booths: tuple[str, ...]
    wish: int | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One true sentence, with a code for programs."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An application without a booth, and why each way to one is closed."""

    applicant: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LevelScore:
    """What a level reached. `bound` is what no plan can exceed; None where nothing is claimed."""

    level: Level
    value: int
    bound: int | None
    proven: bool

    @property
    def gap(self) -> float | None:
        """Return how far the bound is, as a share of it; 0 when proven, None without a bound."""
        if self.proven:
            return 0.0
        if self.bound is None:
            return None
        return (self.bound - self.value) / max(1, abs(self.bound))


@dataclass(frozen=True, slots=True)
class Lost:
    """A better wish that was not got: who stands there, and the rule that decided."""

    wish: int
    label: str
    holders: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Price:
    """What moving there would change in the whole plan, level by level (negative is a loss)."""

    booths: tuple[str, ...]
    displaced: tuple[str, ...]
    placed: int
    wishes: int
    neighbours: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The why-card of one application."""

    applicant: str
    wish: int | None
    met: tuple[str, ...]
    lost: tuple[Lost, ...]
    alternatives: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan. `stopped` says that a person or the limit in seconds ended the search early."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    scores: tuple[LevelScore, ...]
    stopped: bool = False
    explanations: tuple[Explanation, ...] = ()

    def score(self, level: Level) -> LevelScore:
        """Return the score of a level of this plan."""
        return next(score for score in self.scores if score.level is level)

    @property
    def placed(self) -> int:
        """Return how many applications have their booths."""
        return len(self.placements)


@dataclass(frozen=True, slots=True)
class Progress:
    """News from a running search, for a page: the best so far and what is still thinkable."""

    level: Level
    value: int | None
    bound: int | None
    seconds: float
