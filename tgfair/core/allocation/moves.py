"""Changes of a plan by hand: what moving one application to a booth means for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tgfair.core.allocation.problem import Applicant, Problem
from tgfair.core.errors import InvalidError

Places = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """New places of those concerned (an empty one: none), and the change in words."""

    places: Mapping[str, tuple[str, ...]]
    sentence: str


def relocated(
    problem: Problem, places: Places, fixed: frozenset[str], code: str, booth_label: str
) -> Change:
    """Return what moving an application to a booth changes.

    An application for several booths takes those that follow in the row, or all that it is pinned
    to when this is one of them. Who stands there gets its old place: several smaller ones share it
    in their order, a larger one takes the free booths beside it too. `fixed` are applications that
    stay.

    Raises:
        InvalidError: no such booth, too few in a row, no room for who stands there, or locked.
    """
    applicant = _applicant(problem, code)
    here, there = places.get(code, ()), _block(problem, applicant, booth_label)
    holder = {booth: one for one, booths in places.items() for booth in booths}
    met = [holder[booth] for booth in there if booth in holder and holder[booth] != code]
    others = [_applicant(problem, one) for one in dict.fromkeys(met)]
    _refuse_fixed(fixed, (applicant, *others))
    shown = booths_in_words(problem, there)
    if set(there) == set(here):
        raise InvalidError(f"{applicant.name} đang ở {shown} rồi.")
    old = booths_in_words(problem, here)
    if not others:
        words = f"Chuyển {applicant.name} từ {old} sang" if here else f"Xếp {applicant.name} vào"
        return Change({code: there}, f"{words} {shown}")
    if not here:
        raise InvalidError(
            f"Đã có {others[0].name} ở {booths_in_words(problem, places[others[0].id])}. "
            "Hãy bỏ gian của cơ sở đó trước, hoặc chọn gian khác."
        )
    made_room = _made_room(problem, places, here, there, [one.id for one in others])
    with_whom = " và ".join(
        f"{one.name} ({booths_in_words(problem, places[one.id])})" for one in others
    )
    if made_room is None:
        raise InvalidError(
            f"Không đổi được {applicant.name} ({old}) với {with_whom}: chỗ cũ không đủ gian liền "
            "nhau cho bên kia. Hãy bỏ gian của bên kia trước, hoặc chọn gian khác."
        )
    return Change({code: there, **made_room}, f"Đổi chỗ {applicant.name} ({old}) với {with_whom}")


def _made_room(
    problem: Problem,
    places: Places,
    here: Sequence[str],
    there: Sequence[str],
    others: Sequence[str],
) -> Places | None:
    """Return where those who stand `there` go; None when the old place does not do for them."""
    left = [booth for booth in _along(problem, here) if booth not in there]
    taken = [booth for booth in _along(problem, there) if booth not in here]
    if all(set(places[one]) <= set(taken) for one in others):
        # Both are unbroken, so that what stood side by side stays so.
        given = dict(zip(taken, left, strict=True)) if len(taken) == len(left) else {}
        moved = {one: tuple(given[b] for b in places[one] if b in given) for one in others}
        return moved if all(len(moved[one]) == len(places[one]) for one in others) else None
    if len(others) > 1 or not left:
        return None
    used = {booth for one, booths in places.items() if one != others[0] for booth in booths}
    free = {booth.id for booth in problem.booths if booth.blocked is None} - used
    block = _wider(problem, left, (free | set(left)) - set(there), len(places[others[0]]))
    return None if block is None else {others[0]: block}


def _wider(
    problem: Problem, core: Sequence[str], usable: set[str], units: int
) -> tuple[str, ...] | None:
    """Return so many usable booths in a row that `core` is among them, from its first on if so."""
    booths = {booth.id: booth for booth in problem.booths}
    at = {(one.zone, one.row, one.position): one.id for one in problem.booths}
    first = booths[core[0]]
    for back in range(units - len(core) + 1):
        start = first.position - back
        block = [at.get((first.zone, first.row, start + n), "") for n in range(units)]
        if usable.issuperset(block) and set(core) <= set(block):
            return tuple(block)
    return None


def _along(problem: Problem, ids: Sequence[str]) -> list[str]:
    booths = {booth.id: booth for booth in problem.booths}
    return sorted(ids, key=lambda one: (booths[one].row, booths[one].position))


def taken_out(problem: Problem, places: Places, fixed: frozenset[str], code: str) -> Change:
    """Return what taking an application's booths away changes.

    Raises:
        InvalidError: it has none, or is locked.
    """
    applicant = _applicant(problem, code)
    if code not in places:
        raise InvalidError(f"{applicant.name} chưa có gian trong phương án.")
    _refuse_fixed(fixed, (applicant,))
    shown = booths_in_words(problem, places[code])
    return Change({code: ()}, f"Bỏ {shown} của {applicant.name}")


def booths_in_words(problem: Problem, booths: Sequence[str]) -> str:
    """Return "gian A01, A02"."""
    labels = {booth.id: booth.label for booth in problem.booths}
    return f"gian {', '.join(labels[one] for one in booths)}"


def staying(problem: Problem, places: Places) -> frozenset[str]:
    """Return whom a pin keeps where the plan has them.

    Who was given another booth since the plan was found is not among them: it has to get there.
    """
    return frozenset(
        pin.applicant
        for pin in problem.pins
        if set(places.get(pin.applicant, ())) == set(pin.booths)
    )


def _applicant(problem: Problem, code: str) -> Applicant:
    found = next((one for one in problem.applicants if one.id == code), None)
    if found is None:
        raise InvalidError(f"Hồ sơ {code} không còn trong danh sách xếp gian.")
    return found


def _block(problem: Problem, applicant: Applicant, booth_label: str) -> tuple[str, ...]:
    """Return as many booths as the application asks for, from this one on along its row."""
    wanted = booth_label.strip().upper()
    first = next((one for one in problem.booths if one.label.upper() == wanted), None)
    if first is None:
        raise InvalidError("Không có gian này trên sơ đồ. Hãy ghi mã gian như A01.", field="gian")
    pinned = next((one.booths for one in problem.pins if one.applicant == applicant.id), ())
    if first.id in pinned:
        return pinned
    if applicant.units == 1:
        return (first.id,)
    at = {(one.zone, one.row, one.position): one.id for one in problem.booths}
    ids = [at.get((first.zone, first.row, first.position + n)) for n in range(applicant.units)]
    found = tuple(one for one in ids if one is not None)
    if len(found) < applicant.units:
        raise InvalidError(
            f"{applicant.name} cần {applicant.units} gian liền nhau mà từ gian {first.label} "
            "trở đi không đủ. Hãy chọn gian đầu khác."
        )
    return found


def _refuse_fixed(fixed: frozenset[str], whom: Sequence[Applicant]) -> None:
    stays = next((one.name for one in whom if one.id in fixed), None)
    if stays is not None:
        raise InvalidError(
            f"Chỗ của {stays} giữ nguyên: đã khóa trong phương án (mở khóa được), hoặc đã xếp, "
            "đã công bố, cơ sở tự chọn. Hãy chọn gian khác."
        )
