"""Which badges an application needs: the people it names against the badges it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tgfair.core.badge import BadgeKind
from tgfair.core.workflow import Event, State

MAX_DAYS = 255  # one byte in the token
# States in which badges of the people at the booth are good: a move or new days keep them.
HAS_BADGES = frozenset({State.ALLOCATED, State.CONFIRMED})
ENDED = "Cơ sở không còn gian hàng tại sự kiện."
ENDED_BY = {
    Event.RELEASE: "Gian hàng đã thu hồi.",
    Event.WITHDRAW: "Cơ sở đã rút hồ sơ.",
    Event.CANCEL: "Hồ sơ đã hủy.",
}
# A badge revoked for one of these comes back with its next generation when the booth does.
END_REASONS = frozenset({ENDED, *ENDED_BY.values()})


def reason_to_end(before: State, after: State, event: Event) -> str | None:
    """Return why the badges of an application end with this step, or None when they stay good."""
    if before not in HAS_BADGES or after in HAS_BADGES:
        return None
    return ENDED_BY.get(event, ENDED)


@dataclass(frozen=True, slots=True)
class BadgeChanges:
    """What to do: new badges, badges that get another name, badges that nobody wears any more.

    `renamed` and `dropped` hold positions in the list of badges that was given.
    """

    added: tuple[str, ...] = ()
    renamed: tuple[tuple[int, str], ...] = ()
    dropped: tuple[int, ...] = ()


def badge_changes(
    names: Sequence[str], holders: Sequence[str], withheld: Sequence[str] = ()
) -> BadgeChanges:
    """Compare the `names` that are wanted with the `holders` of the valid badges.

    A person who keeps the name keeps the badge. Of the others the first new name takes over the
    first free badge, so that a corrected letter does not cost a new number. `withheld` are people
    whose badge an officer revoked: they get none by themselves.
    """
    wanted = Counter(names)
    free: list[int] = []
    for position, holder in enumerate(holders):
        if wanted[holder] > 0:
            wanted[holder] -= 1
        else:
            free.append(position)
    wanted -= Counter(withheld)
    missing = list(wanted.elements())
    both = min(len(free), len(missing))
    return BadgeChanges(
        added=tuple(missing[both:]),
        renamed=tuple(zip(free[:both], missing[:both], strict=True)),
        dropped=tuple(free[both:]),
    )


def badge_days(
    kind: int, first_day: date, last_day: date, setup_day: date | None
) -> tuple[date, int]:
    """Return the first day and the number of days of a new badge.

    Who stands at a booth, and who builds it, comes in when the building begins; others when the
    fair does.
    """
    early = kind in {BadgeKind.EXHIBITOR, BadgeKind.BUILDER, BadgeKind.VEHICLE}
    begins = min(setup_day, first_day) if early and setup_day is not None else first_day
    begins = max(begins, last_day - timedelta(days=MAX_DAYS - 1))
    return begins, (last_day - begins).days + 1


@dataclass(frozen=True, slots=True)
class MovedDays:
    """The days of a fair whose date changed: badges printed before stay good, on the new days.

    `changed_at` is None when the date never changed; `setup_day` when nobody comes before the
    first day.
    """

    changed_at: datetime | None
    first_day: date
    last_day: date
    setup_day: date | None

    def days_of(self, kind: int, issued_at: datetime) -> tuple[date, date] | None:
        """Return the (first, last) day that replace those in a badge's token, or None."""
        if self.changed_at is None or issued_at >= self.changed_at:
            return None
        first_day, _ = badge_days(kind, self.first_day, self.last_day, self.setup_day)
        return first_day, self.last_day
