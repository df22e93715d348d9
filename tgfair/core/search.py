"""Find by typing without diacritics: every word must occur, in any order."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from tgfair.core.vietnamese import fold

LONGEST = 100
SIMILAR = 0.7


def query_words(typed: str) -> tuple[str, ...]:
    """Return the folded words of what somebody typed, at most 100 characters of it."""
    return tuple(fold(typed[:LONGEST]).split())


def matches(words: tuple[str, ...], folded: str) -> bool:
    """Return whether every word occurs in the folded text."""
    return all(word in folded for word in words)


def suggestions(typed: str, names: Iterable[str], *, most: int = 3) -> list[str]:
    """Return the names nearest to what was typed, for a search that found nothing."""
    by_fold = {fold(name): name for name in names}
    wanted = " ".join(query_words(typed))
    near = get_close_matches(wanted, by_fold, n=most, cutoff=SIMILAR)
    if not near:
        words = {word: key for key in by_fold for word in key.split()}
        near = [
            words[word]
            for one in wanted.split()
            for word in get_close_matches(one, words, n=1, cutoff=SIMILAR)
        ]
    return [by_fold[key] for key in dict.fromkeys(near)][:most]
