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

    An application for several booths takes those that follow in the row; whoever stands exactly
    there gets its old place. `fixed` are applications that stay.

    Raises:
        InvalidError: no such booth, too few in a row, partly somebody else's, or locked.
    """
    applicant = _applicant(problem, code)
    here, there = places.get(code, ()), _block(problem, applicant, booth_label)
    holder = {booth: one for one, booths in places.items() for booth in booths}
    others = {holder[booth] for booth in there if booth in holder} - {code}
    _refuse_fixed(fixed, (applicant, *(_applicant(problem, one) for one in sorted(others))))
    shown = booths_in_words(problem, there)
    if set(there) == set(here):
        raise InvalidError(f"{applicant.name} đang ở {shown} rồi.")
    if not others:
        old = booths_in_words(problem, here)
        words = f"Chuyển {applicant.name} từ {old} sang" if here else f"Xếp {applicant.name} vào"
        return Change({code: there}, f"{words} {shown}")
    other = _applicant(problem, min(others))
    if not here:
        raise InvalidError(
            f"Đã có {other.name} ở {shown}. Hãy bỏ gian của cơ sở đó trước, hoặc chọn gian khác."
        )
    if len(others) > 1 or set(places[other.id]) != set(there) or set(here) & set(there):
        raise InvalidError(
            f"Muốn đổi chỗ thì hai cơ sở phải có cùng số gian, mà {shown} có phần của cơ sở khác. "
            "Hãy bỏ gian của cơ sở đó trước."
        )
    old = booths_in_words(problem, here)
    return Change(
        {code: there, other.id: here},
        f"Đổi chỗ {applicant.name} ({old}) với {other.name} ({shown})",
    )


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
        raise InvalidError(f"Chỗ của {stays} đã khóa hoặc đã công bố. Hãy mở khóa trước khi đổi.")
