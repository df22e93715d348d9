"""Why an application has no booth: what closes each way to one, in true sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tgfair.core.allocation.neighbours import Board
from tgfair.core.allocation.problem import Applicant, Booth
from tgfair.core.allocation.solution import Reason, Unplaced
from tgfair.core.calendar_text import vn_number

Block = tuple[Booth, ...]


def suited_blocks(board: Board, applicant: Applicant) -> Iterator[Block]:
    """Yield every block of the right size that suits by itself, whoever stands there."""
    for row in board.fitting.rows:
        for start in range(len(row) - applicant.units + 1):
            block = row[start : start + applicant.units]
            if all(board.fitting.suits(applicant, booth) for booth in block):
                yield block


def obstacle(board: Board, applicant: Applicant, block: Block) -> str | None:
    """Return the code of what keeps an unplaced application from this block now, None if nothing.

    Codes: `taken`, `feed`, `neighbour`.
    """
    if any(booth.id in board.holder for booth in block):
        return "taken"
    if applicant.power_w > board.feed_left.get(block[0].zone, applicant.power_w):
        return "feed"
    return "neighbour" if _enemies(board, applicant, block) else None


def _enemies(board: Board, applicant: Applicant, block: Block) -> set[str]:
    beside = {
        board.holder[other]
        for booth in block
        for other in board.beside[booth.id]
        if other in board.holder
    }
    return {one for one in beside if board.must_be_apart(applicant.id, one)}


def over_cap(board: Board, applicant: Applicant) -> Reason | None:
    """Return the cap that the application alone or with its owner's others would pass."""
    rules = board.problem.rules
    if rules.cap_per_subject is not None and applicant.units > rules.cap_per_subject:
        return Reason(
            "cap_subject",
            f"Cơ sở xin {applicant.units} gian, thể lệ cho mỗi cơ sở nhiều nhất "
            f"{rules.cap_per_subject} gian.",
        )
    if rules.cap_per_owner is None or applicant.owner is None:
        return None
    owned = sum(
        len(booths)
        for one, booths in board.plan.items()
        if board.fitting.applicants[one].owner == applicant.owner
    )
    if owned + applicant.units <= rules.cap_per_owner:
        return None
    return Reason(
        "cap_owner",
        f"Nhóm cùng chủ đã có {owned} gian, thể lệ cho nhiều nhất {rules.cap_per_owner} gian.",
    )


def why_unplaced(board: Board, applicant: Applicant) -> Unplaced:
    """Return the reasons for one application without a booth."""
    cap = over_cap(board, applicant)
    if cap is not None:
        return Unplaced(applicant.id, (cap,))
    closed: dict[str, list[Block]] = defaultdict(list)
    for block in suited_blocks(board, applicant):
        closed[obstacle(board, applicant, block) or "open"].append(block)
    if not closed:
        return Unplaced(applicant.id, _nothing_suits(board, applicant))
    words = {"taken": _taken, "feed": _feed, "neighbour": _neighbour, "open": _open}
    return Unplaced(
        applicant.id,
        tuple(words[code](board, applicant, closed[code]) for code in words if code in closed),
    )


def _taken(board: Board, applicant: Applicant, blocks: list[Block]) -> Reason:
    booths = {booth.id for block in blocks for booth in block}
    zones = _zone_names(board, blocks)
    if applicant.units == 1:
        return Reason("taken", f"Cả {len(booths)} gian hợp yêu cầu ({zones}) đã có cơ sở khác.")
    return Reason(
        "taken",
        f"Không còn {applicant.units} gian trống liền nhau hợp yêu cầu ({zones}).",
    )


def _feed(board: Board, applicant: Applicant, blocks: list[Block]) -> Reason:
    parts = [
        f"khu {board.problem.zone(code).label} chỉ còn {vn_number(board.feed_left[code])} W"
        for code in sorted({block[0].zone for block in blocks})
    ]
    return Reason(
        "feed",
        f"Còn gian trống hợp yêu cầu nhưng không đủ điện: cơ sở cần "
        f"{vn_number(applicant.power_w)} W, {', '.join(parts)}.",
    )


def _neighbour(board: Board, applicant: Applicant, blocks: list[Block]) -> Reason:
    enemies = {one for block in blocks for one in _enemies(board, applicant, block)}
    names = ", ".join(sorted(board.fitting.applicants[one].name for one in enemies))
    return Reason("neighbour", f"Gian còn trống nằm cạnh cơ sở không được xếp liền kề: {names}.")


def _open(board: Board, applicant: Applicant, blocks: list[Block]) -> Reason:
    labels, zones = blocks[0][0].label, _zone_names(board, blocks[:1])
    return Reason(
        "open", f"Gian {labels} ({zones}) còn trống và hợp với {applicant.name}; hãy xếp tay."
    )


def _nothing_suits(board: Board, applicant: Applicant) -> tuple[Reason, ...]:
    """Return the commonest objections, one sentence a zone at most, or the missing row."""
    if board.fitting.fits_somewhere(applicant):
        return (
            Reason(
                "no_row",
                f"Không dãy nào có {applicant.units} gian liền nhau hợp yêu cầu của cơ sở.",
            ),
        )
    by_zone: dict[str, Counter[Reason]] = defaultdict(Counter)
    for booth in board.problem.booths:
        for reason in board.fitting.reasons(applicant, booth)[:1]:
            by_zone[booth.zone][Reason(reason.code, reason.sentence)] += 1
    reasons = [by_zone[code].most_common(1)[0][0] for code in sorted(by_zone)]
    return tuple(dict.fromkeys(reasons)) or (Reason("no_booth", "Sơ đồ không có gian nào."),)


def _zone_names(board: Board, blocks: list[Block]) -> str:
    codes = sorted({block[0].zone for block in blocks})
    return ", ".join(f"khu {board.problem.zone(code).label}" for code in codes)
