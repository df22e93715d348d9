"""Why an application stands where it does, what else there was, and what moving would cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tgfair.core.allocation.fitting import Fitting, wish_rank
from tgfair.core.allocation.neighbours import Board
from tgfair.core.allocation.problem import Applicant, Mode, Problem, Wish, checked
from tgfair.core.allocation.reasons import Block, suited_blocks
from tgfair.core.allocation.solution import Explanation, Lost, Placement, Price, Reason, Solution

MOST_ALTERNATIVES = 5
MOST_HOLDERS = 5
# Places looked at for alternatives; the nearest in the order of the plan come first.
MOST_BLOCKS = 400


def explain(problem: Problem, solution: Solution, applicant: str) -> Explanation:
    """Return the why-card of one placed application."""
    return _explained(board_of(problem, solution), applicant)


def explain_all(board: Board) -> tuple[Explanation, ...]:
    """Return the why-cards of everybody placed, in the order of their ids."""
    return tuple(_explained(board, one) for one in sorted(board.plan))


def board_of(problem: Problem, solution: Solution) -> Board:
    """Return the plan of a solution laid out, to ask what a change would do."""
    problem = checked(problem)
    fitting = Fitting(problem)
    return Board(problem, fitting, _plan(fitting, solution.placements))


def _plan(fitting: Fitting, placements: tuple[Placement, ...]) -> dict[str, Block]:
    return {p.applicant: tuple(fitting.booths[b] for b in p.booths) for p in placements}


def _explained(board: Board, one: str) -> Explanation:
    applicant, here = board.fitting.applicants[one], board.plan[one]
    rank = wish_rank(applicant, here)
    blocks = list(suited_blocks(board, applicant))
    better = applicant.wishes[: len(applicant.wishes) if rank is None else rank - 1]
    return Explanation(
        one,
        rank,
        met=_met(applicant, here),
        lost=tuple(
            _lost(board, applicant, number, wish, blocks)
            for number, wish in enumerate(better, start=1)
        ),
        alternatives=_alternatives(board, applicant, blocks),
    )


def _met(applicant: Applicant, booths: Block) -> tuple[str, ...]:
    """Return the needs that the place meets, in words."""
    least = min(booth.power_w for booth in booths)
    words = (
        (0 < applicant.power_w <= least, f"Đủ điện: cần {applicant.power_w} W, gian có {least} W."),
        (applicant.water and all(b.water for b in booths), "Có nước."),
        (applicant.cooling and all(b.cooling for b in booths), "Đặt được tủ mát, tủ đông."),
        (applicant.cooking and all(b.cooking for b in booths), "Được đun nấu."),
        (applicant.min_area > 0, "Đủ diện tích."),
        (applicant.units > 1, f"{applicant.units} gian liền nhau trong một dãy."),
    )
    return tuple(sentence for holds, sentence in words if holds)


def grants(wish: Wish, block: Block) -> bool:
    """Return whether the block lies where the wish says."""
    return any(booth.id == wish.booth or booth.zone == wish.zone for booth in block)


def _lost(board: Board, applicant: Applicant, number: int, wish: Wish, blocks: list[Block]) -> Lost:
    wanted = [block for block in blocks if grants(wish, block)]
    label = _label(board, wish)
    if not wanted:
        return Lost(number, label, (), _objection(board, applicant, wish, label))
    holders = sorted(
        {board.holder[b.id] for block in wanted for b in block if b.id in board.holder}
        - {applicant.id},
        key=lambda one: (wish_rank(board.fitting.applicants[one], board.plan[one]) or 9, one),
    )
    return Lost(
        number, label, tuple(holders[:MOST_HOLDERS]), _rule(board, applicant, wanted, holders)
    )


def _label(board: Board, wish: Wish) -> str:
    if wish.booth is not None:
        booth = board.fitting.booths.get(wish.booth)
        return f"Gian {booth.label if booth else wish.booth}"
    zones = {zone.code: zone.label for zone in board.problem.zones}
    return f"Khu {zones.get(wish.zone or '', wish.zone)}"


def _objection(board: Board, applicant: Applicant, wish: Wish, label: str) -> Reason:
    """Say why nothing there suits at all: the commonest objection."""
    counted: dict[Reason, int] = defaultdict(int)
    for booth in board.problem.booths:
        if grants(wish, (booth,)):
            for reason in board.fitting.reasons(applicant, booth)[:1]:
                counted[Reason(reason.code, reason.sentence)] += 1
    if counted:
        return max(counted, key=lambda reason: (counted[reason], reason.code))
    if applicant.units > 1:
        return Reason("no_row", f"{label} không có {applicant.units} gian liền nhau hợp yêu cầu.")
    return Reason("no_booth", f"{label} không có trên sơ đồ này.")


def _rule(board: Board, applicant: Applicant, wanted: list[Block], holders: list[str]) -> Reason:
    """Name the published rule by which the wanted places went to others."""
    if board.problem.mode is Mode.LOTS and applicant.lot is not None:
        lots = [board.fitting.applicants[one].lot for one in holders]
        if lots and all(lot is not None and lot < applicant.lot for lot in lots):
            return Reason("lot", "Những cơ sở ở đó đều bốc được số nhỏ hơn.")
    prices = [price for block in wanted if (price := price_of(board, applicant.id, block))]
    if not prices:
        return Reason("fixed", "Các gian ở đó đã được ban tổ chức ghim cho cơ sở khác.")
    best = max(prices, key=_worth)
    if best.placed < 0:
        return Reason(
            "placed",
            "Thể lệ: xếp được nhiều hồ sơ nhất là mục tiêu thứ nhất. "
            f"Vào đó thì {best.sentence[0].lower()}{best.sentence[1:]}",
        )
    if best.wishes < 0:
        return Reason(
            "wishes",
            "Thể lệ: tổng điểm nguyện vọng của mọi cơ sở cao nhất. "
            f"Vào đó thì {best.sentence[0].lower()}{best.sentence[1:]}",
        )
    return Reason("equal", "Đổi như thế không thêm cũng không bớt; số ngẫu nhiên đã chọn.")


def _alternatives(board: Board, applicant: Applicant, blocks: list[Block]) -> tuple[Price, ...]:
    here = board.plan[applicant.id]
    if applicant.id in board.fixed:
        return ()
    prices = [
        price
        for block in blocks[:MOST_BLOCKS]
        if block != here and (price := price_of(board, applicant.id, block)) is not None
    ]
    return tuple(sorted(prices, key=_worth, reverse=True)[:MOST_ALTERNATIVES])


def _worth(price: Price) -> tuple[int, int, int, tuple[str, ...]]:
    return price.placed, price.wishes, price.neighbours, price.booths


def price_of(board: Board, one: str, block: Block) -> Price | None:
    """Return what moving there would change; None where a pin, a rule or a supply forbids it.

    Somebody of the same size who stands exactly there takes the old place if it suits; others who
    stand there would lose theirs.
    """
    here = board.plan[one]
    holders = sorted({board.holder[b.id] for b in block if b.id in board.holder} - {one})
    if board.fixed & {one, *holders}:
        return None
    moves: dict[str, Block] = {one: block}
    if len(holders) == 1 and set(board.plan[holders[0]]) == set(block):
        swap = moves | {holders[0]: here}
        if _possible(board, swap):
            return _measured(board, swap, [])
    if not _possible(board, moves, gone=holders):
        return None
    return _measured(board, moves, holders)


def _possible(board: Board, moves: Mapping[str, Block], gone: list[str] | None = None) -> bool:
    who, need = board.fitting.applicants, defaultdict[str, int](int)
    for one, booths in moves.items():
        if not all(board.fitting.suits(who[one], booth) for booth in booths):
            return False
        need[booths[0].zone] += who[one].power_w
        need[board.plan[one][0].zone] -= who[one].power_w
    for one in gone or ():
        need[board.plan[one][0].zone] -= who[one].power_w
    return all(more <= max(0, board.feed_left.get(z, more)) for z, more in need.items())


def _measured(board: Board, moves: Mapping[str, Block], gone: list[str]) -> Price | None:
    """Try the change on the board, read the difference, and take it back."""
    changed = {one: board.plan[one] for one in (*moves, *gone)}
    points = board.wish_points_of(changed)
    before = board.local(changed)
    board.take(gone)
    board.put(moves)
    neighbours = board.local(moves, gone) - before
    wishes = board.wish_points_of(moves) - points
    apart = any(board.breaks_apart(one) for one in moves)
    board.take(list(moves))
    board.put(changed)
    if apart:
        return None
    first = next(iter(moves.values()))
    displaced = tuple(sorted({*moves, *gone} - {next(iter(moves))}))
    booths = tuple(booth.id for booth in first)
    sentence = _sentence(board, gone, wishes, neighbours)
    return Price(booths, displaced, -len(gone), wishes, neighbours, sentence)


def _sentence(board: Board, gone: list[str], wishes: int, neighbours: int) -> str:
    if gone:
        names = ", ".join(board.fitting.applicants[one].name for one in gone)
        return f"Mất gian: {names}."
    if wishes:
        change = "giảm" if wishes < 0 else "tăng"
        return f"Điểm nguyện vọng chung {change} {abs(wishes)}."
    if neighbours:
        change = "giảm" if neighbours < 0 else "tăng"
        return f"Nguyện vọng chung giữ nguyên, điểm hàng xóm {change} {abs(neighbours)}."
    return "Điểm chung giữ nguyên."
