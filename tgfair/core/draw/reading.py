"""Read a published draw file and refuse it unless everything in it follows.

Stricter than a recomputation: a part missing, extra or twice, a list out of order, an identifier
that could be read two ways are refused even when hash and result were computed for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Never

from tgfair.core.draw.lots import IDENTIFIER, ZoneLots, closed_list, draw_lots, list_hash
from tgfair.core.errors import TgfairError

MAX_CHARACTERS: Final = 2_000_000
_PARTS: Final = {"closed", "list_hash", "public", "result", "waiting"}
_LIST_PARTS: Final = {"closed_at", "event", "source", "zones"}
_ZONE_PARTS: Final = {"applications", "booths", "code"}


class DrawRefusedError(TgfairError):
    """The file is not a true draw; `code` says which check failed, the message in words."""

    code = "draw_refused"

    def __init__(self, check: str, sentence: str) -> None:
        super().__init__(sentence)
        self.check = check
        self.sentence = sentence

    def message(self) -> str:
        """Return the sentence it was raised with."""
        return self.sentence


@dataclass(frozen=True, slots=True)
class Checked:
    """A true draw, and its seed."""

    draw: Mapping[str, Any]
    seed: str

    @property
    def booths(self) -> int:
        """How many booths were drawn."""
        return len(self.draw["result"])

    @property
    def waiting(self) -> int:
        """How many applications wait, or choose in order where no booths were drawn."""
        return sum(len(codes) for codes in self.draw["waiting"].values())


def check_draw(text: str) -> Checked:
    """Return the draw that `text` holds, when list, hash, number and result agree.

    Raises:
        DrawRefusedError: they do not, or the file is not in the format. Checks, in this order:
            `json`, `parts`, `ids`, `order`, `twice`, `list_hash`, `result`, `waiting`.
    """
    draw = _read(text)
    _check_parts(draw)
    _check_lists(draw["closed"]["zones"])
    if list_hash(draw["closed"]) != draw["list_hash"]:
        raise DrawRefusedError(
            "list_hash", "Danh sách không phải là danh sách đã công bố: mã băm không khớp."
        )
    outcome = draw_lots(draw["closed"], draw["public"])
    if outcome.result != draw["result"]:
        raise DrawRefusedError("result", "Kết quả không theo danh sách và con số công khai.")
    if outcome.waiting != draw["waiting"]:
        raise DrawRefusedError("waiting", "Danh sách chờ không theo danh sách và con số công khai.")
    return Checked(draw, outcome.seed)


def read_list(text: str) -> dict[str, Any]:
    """Return the list that `text` holds in any order, sorted and ready to be frozen.

    Raises:
        DrawRefusedError: it is no list. InvalidError: an identifier is unusable, or there twice.
    """
    closed = _read(text)
    if not _is_closed({"rules": "", **closed}):
        raise DrawRefusedError("parts", "Tệp thiếu hoặc thừa mục, hoặc có mục không đúng kiểu.")
    return closed_list(
        event=closed["event"],
        closed_at=closed["closed_at"],
        source=closed["source"],
        rules=closed.get("rules", ""),
        zones=[
            ZoneLots(zone["code"], tuple(zone["applications"]), tuple(zone["booths"]))
            for zone in closed["zones"]
        ],
    )


def read_frozen(text: str) -> dict[str, Any]:
    """Return a list that was frozen, exactly as it is.

    Raises:
        DrawRefusedError: it is no list, or not in the order of a frozen one.
    """
    closed = _read(text)
    if not _is_closed(closed):
        raise DrawRefusedError("parts", "Tệp thiếu hoặc thừa mục, hoặc có mục không đúng kiểu.")
    _check_lists(closed["zones"])
    return closed


def _read(text: str) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise DrawRefusedError("json", "Tệp quá lớn, không phải tệp bốc thăm.")
    try:
        draw = json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DrawRefusedError("json", "Tệp không phải JSON đọc được.") from error
    if not isinstance(draw, dict):
        raise DrawRefusedError("parts", "Tệp thiếu hoặc thừa mục.")
    return draw


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DrawRefusedError("parts", "Một mục ghi hai lần trong tệp.")
    return found


def _no_constant(name: str) -> Never:
    raise ValueError(name)


def _check_parts(draw: dict[str, Any]) -> None:
    fits = (
        set(draw) == _PARTS
        and _is_closed(draw["closed"])
        and _is_text(draw["list_hash"])
        and _is_text(draw["public"])
        and _is_map_of(draw["result"], _is_text)
        and _is_map_of(draw["waiting"], _is_list)
    )
    if not fits:
        raise DrawRefusedError("parts", "Tệp thiếu hoặc thừa mục, hoặc có mục không đúng kiểu.")


def _is_closed(closed: object) -> bool:
    return (
        isinstance(closed, dict)
        and set(closed) - {"rules"} == _LIST_PARTS
        and all(_is_text(value) for key, value in closed.items() if key != "zones")
        and isinstance(closed["zones"], list)
        and all(_is_zone(zone) for zone in closed["zones"])
    )


def _is_text(value: object) -> bool:
    """Return whether it is text that has bytes: halves of characters have none."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _is_map_of(value: object, fits: Any) -> bool:
    return isinstance(value, dict) and all(fits(one) for one in value.values())


def _is_zone(zone: object) -> bool:
    return (
        isinstance(zone, dict)
        and set(zone) == _ZONE_PARTS
        and _is_text(zone["code"])
        and _is_list(zone["applications"])
        and _is_list(zone["booths"])
    )


def _check_lists(zones: list[dict[str, Any]]) -> None:
    codes = [zone["code"] for zone in zones]
    groups = {
        kind: [name for zone in zones for name in zone[kind]] for kind in ("applications", "booths")
    }
    everything = [*codes, *groups["applications"], *groups["booths"]]
    if not all(IDENTIFIER.fullmatch(name) for name in everything):
        raise DrawRefusedError("ids", "Có mã viết sai.")
    lists = [codes, *(zone[kind] for zone in zones for kind in groups)]
    if any(names != sorted(names) for names in lists):
        raise DrawRefusedError("order", "Danh sách không theo thứ tự.")
    if any(len(set(names)) != len(names) for names in (codes, *groups.values())):
        raise DrawRefusedError("twice", "Một mã ghi hai lần.")
