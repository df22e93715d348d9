"""The verdict at a gate, as a pure rule: what was shown, what the list says, what was before.

The same rule runs in the phone without a network (`static/gate/rules.js`);
`tests/data/gate-vectors.json` holds the cases that both must answer alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tgfair.core.badge import BadgeKind, BadgePayload, DayState, Refusal, Refused


class Colour(StrEnum):
    """Go, look again, stop."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Direction(StrEnum):
    """Which way somebody walks through the gate; `BACK` lets in again who went out unrecorded."""

    IN = "in"
    OUT = "out"
    BACK = "back"


class UnknownCode(StrEnum):
    """A typed code that is formed well but belongs to no badge of this fair."""

    UNKNOWN_CODE = "unknown_code"


@dataclass(frozen=True, slots=True)
class ListedBadge:
    """What the organisers' list says about a badge id: its newest generation, and if it is void."""

    generation: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class EarlierScan:
    """A passage of the same badge on the same day that was let through and not undone.

    `at` is the time of day as shown, "09:14"; `gate` the gate's number.
    """

    direction: Direction
    at: str
    gate: int


@dataclass(frozen=True, slots=True)
class AtGate:
    """The gate at the moment of the scan; `day` in Asia/Ho_Chi_Minh.

    `fair_days` is the (first, last) day after a change of the fair's date: with it the days
    printed in the tokens no longer decide. `full` when as many are inside as may be. `override`
    is the volunteer's "let in all the same".
    """

    gate: int
    day: date
    direction: Direction = Direction.IN
    fair_days: tuple[date, date] | None = None
    override: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the phone shows; `code` is for programs, `title` and `detail` for people.

    `attention` is a band above a green verdict: somebody to be received, not to be stopped.
    """

    colour: Colour
    code: str
    title: str
    detail: str
    attention: str = ""


# A false, void or replaced badge is never let through by hand: such a person gets a new badge.
OVERRIDABLE = frozenset(
    {"already_in", "not_inside", "not_been_in", "full", "wrong_gate", "early", "late"}
)
GREEN_CODES = frozenset({"in", "in_new", "back", "out", "overridden"})
AMBER_TITLES = {
    "already_in": "ĐÃ VÀO RỒI",
    "not_inside": "XEM LẠI",
    "not_been_in": "XEM LẠI",
    "full": "ĐÃ ĐỦ NGƯỜI",
}
# They keep order and help: a full square does not keep them out.
NEVER_FULL_FOR = frozenset({BadgeKind.ORGANIZER, BadgeKind.SECURITY, BadgeKind.MEDICAL})
ATTENTION: dict[int, str] = {BadgeKind.DELEGATE: "KHÁCH MỜI – gọi lễ tân"}

_STOP = "DỪNG LẠI"
_WAY = {
    Direction.IN: "MỜI VÀO",
    Direction.OUT: "ĐÃ GHI RA",
    Direction.BACK: "MỜI VÀO",
}
_REFUSED = {
    Refusal.PREFIX: ("not_a_badge", "Đây không phải mã thẻ. Tìm ô QR trên thẻ của hội chợ."),
    Refusal.LENGTH: ("damaged", "Mã đọc không trọn. Quét lại, hoặc gõ mã 8 ký tự dưới ô QR."),
    Refusal.ALPHABET: ("damaged", "Mã đọc không trọn. Quét lại, hoặc gõ mã 8 ký tự dưới ô QR."),
    Refusal.OVERFLOW: ("damaged", "Mã đọc không trọn. Quét lại, hoặc gõ mã 8 ký tự dưới ô QR."),
    Refusal.UNKNOWN_KEY: (
        "unknown_key",
        "Thẻ không do sự kiện này cấp, hoặc in trước khi đổi khóa. Mời đến bàn Ban Tổ chức.",
    ),
    Refusal.SIGNATURE: ("forged", "Chữ ký trên thẻ không đúng: thẻ giả hoặc bị sửa."),
    Refusal.EVENT: ("other_event", "Thẻ của sự kiện khác."),
    Refusal.DAYS: ("forged", "Thẻ không có ngày dùng. Mời đến bàn Ban Tổ chức."),
    UnknownCode.UNKNOWN_CODE: (
        "unknown_code",
        "Không có thẻ nào mang mã này. Gõ lại, hoặc tìm theo tên.",
    ),
}
RED_CODES = frozenset(code for code, _ in _REFUSED.values()) | {
    "revoked",
    "old_generation",
    "early",
    "late",
    "wrong_gate",
}


def judge(
    shown: BadgePayload | Refused | UnknownCode,
    listed: ListedBadge | None,
    earlier: Sequence[EarlierScan],
    at: AtGate,
) -> Verdict:
    """Decide about one badge at one gate.

    For a typed short code `shown` is the payload on record, or `UnknownCode`. `listed` is None
    for a badge that the list does not have: well signed, it was issued after the list was made.
    `earlier` holds this day's passages of the badge, oldest first.
    """
    if not isinstance(shown, BadgePayload):
        return _red(*_REFUSED[shown.code if isinstance(shown, Refused) else shown])
    found = _void(shown, listed) or _misplaced(shown, at) or _repeated(shown, earlier, at)
    if found is not None and not (at.override and found.code in OVERRIDABLE):
        return found
    return _let_through(shown, listed, earlier, at, found)


def _let_through(
    shown: BadgePayload,
    listed: ListedBadge | None,
    earlier: Sequence[EarlierScan],
    at: AtGate,
    against: Verdict | None,
) -> Verdict:
    title = _WAY[at.direction]
    if at.direction is Direction.OUT:
        if against is not None:
            return Verdict(Colour.GREEN, "overridden", title, _by_order(against))
        return Verdict(Colour.GREEN, "out", title, "Hẹn gặp lại.")
    attention = ATTENTION.get(shown.kind, "")
    if against is not None:
        return Verdict(Colour.GREEN, "overridden", title, _by_order(against), attention)
    if at.direction is Direction.BACK:
        last = f"Vào lại. Lượt trước lúc {earlier[-1].at} ở cổng {earlier[-1].gate}."
        return Verdict(Colour.GREEN, "back", title, last, attention)
    if listed is None or shown.generation > listed.generation:
        new = "Thẻ mới, chưa có trong danh sách."
        return Verdict(Colour.GREEN, "in_new", title, new, attention)
    return Verdict(Colour.GREEN, "in", title, "", attention)


def _by_order(against: Verdict) -> str:
    return f"Cho qua theo lệnh. {against.detail}"


def verdict_told(code: str, direction: Direction, detail: str) -> Verdict | None:
    """Return the verdict that a phone says it showed, or None for a code that no rule gives."""
    if code in GREEN_CODES:
        return Verdict(Colour.GREEN, code, _WAY[direction], detail)
    if code in AMBER_TITLES:
        return Verdict(Colour.AMBER, code, AMBER_TITLES[code], detail)
    return _red(code, detail) if code in RED_CODES else None


def _void(shown: BadgePayload, listed: ListedBadge | None) -> Verdict | None:
    if listed is None:
        return None
    if listed.revoked:
        return _red("revoked", "Thẻ đã bị hủy. Mời đến bàn Ban Tổ chức.")
    if shown.generation < listed.generation:
        return _red("old_generation", "Thẻ này đã được cấp lại. Chỉ thẻ mới dùng được.")
    return None


def _misplaced(shown: BadgePayload, at: AtGate) -> Verdict | None:
    if at.direction is Direction.OUT:
        return None  # whoever is inside may always leave, by any gate and after midnight
    day = _day_state(shown, at)
    if day is not DayState.OK:
        first, last = at.fair_days or (shown.first_day, shown.last_day)
        days = f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
        return _red(day.value, f"Sai ngày. Thẻ dùng cho {days}.")
    if not shown.opens(at.gate):
        gates = ", ".join(str(gate) for gate in range(1, 9) if shown.opens(gate))
        return _red("wrong_gate", f"Sai cổng. Thẻ này vào cổng {gates}.")
    return None


def _day_state(shown: BadgePayload, at: AtGate) -> DayState:
    if at.fair_days is None:
        return shown.on(at.day)
    first, last = at.fair_days
    if at.day < first:
        return DayState.EARLY
    return DayState.OK if at.day <= last else DayState.LATE


def _repeated(shown: BadgePayload, earlier: Sequence[EarlierScan], at: AtGate) -> Verdict | None:
    last = earlier[-1] if earlier else None
    is_inside = last is not None and last.direction is not Direction.OUT
    if at.direction is Direction.OUT:
        return None if is_inside else _amber("not_inside", "Hôm nay chưa ghi lượt vào.")
    if at.direction is Direction.BACK:
        return None if last else _amber("not_been_in", "Hôm nay chưa vào lần nào.")
    if last is not None and is_inside:
        return _amber("already_in", f"Đã vào lúc {last.at} ở cổng {last.gate}.")
    if at.full and shown.kind not in NEVER_FULL_FOR:
        return _amber("full", "Bên trong đã đủ người. Mời chờ có người ra.")
    return None


def _amber(code: str, detail: str) -> Verdict:
    return Verdict(Colour.AMBER, code, AMBER_TITLES[code], detail)


def _red(code: str, detail: str) -> Verdict:
    return Verdict(Colour.RED, code, _STOP, detail)
