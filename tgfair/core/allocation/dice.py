"""Choices of the search that look random and can be repeated."""

from __future__ import annotations


class Dice:
    """Numbers that look random and depend on the seed alone (Knuth's linear congruence)."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 2 + 1

    def below(self, end: int) -> int:
        """Return a number from 0 to end - 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % end
