"""The construction: list -> hash; hash and public number -> seed; seed -> order.

Whoever knows the published list and the public number can do the same in a few lines; nothing here
is secret and nothing is chosen. Identifiers are ASCII and never hold the separator "|".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tgfair.core.errors import InvalidError

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
APPLICATION, BOOTH = "A", "B"

Closed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ZoneLots:
    """One zone of a list: who draws, and for which booths (none: for the order of choosing)."""

    code: str
    applications: tuple[str, ...]
    booths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from a list and a number: lots by zone, booths by application, who waits."""

    seed: str
    lots: dict[str, list[str]]
    result: dict[str, str]
    waiting: dict[str, list[str]]


def closed_list(
    *, event: str, closed_at: str, source: str, rules: str, zones: Iterable[ZoneLots]
) -> dict[str, Any]:
    """Return the list to be frozen: everything sorted, ready to be hashed.

    `closed_at` is an instant in ISO 8601; `source` says where the public number will come from,
    `rules` what holds for this draw. Both are part of what is hashed.

    Raises:
        InvalidError: an identifier cannot be used, or stands twice.
    """
    ordered = sorted(zones, key=lambda zone: zone.code)
    _refuse_bad_ids(ordered)
    return {
        "event": event,
        "closed_at": closed_at,
        "source": source,
        "rules": rules,
        "zones": [
            {
                "code": zone.code,
                "applications": sorted(zone.applications),
                "booths": sorted(zone.booths),
            }
            for zone in ordered
        ],
    }


def _refuse_bad_ids(zones: Sequence[ZoneLots]) -> None:
    groups = (
        [zone.code for zone in zones],
        [code for zone in zones for code in zone.applications],
        [label for zone in zones for label in zone.booths],
    )
    for names in groups:
        for name in names:
            if not IDENTIFIER.fullmatch(name):
                raise InvalidError(
                    f"Mã “{name[:40]}” không dùng để bốc thăm được: chỉ nhận chữ không dấu, số và "
                    "dấu nối, tối đa 32 ký tự. Hãy đổi mã rồi chốt lại."
                )
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidError(f"Mã {twice} có hai lần trong danh sách. Hãy xem lại.")


def canonical(closed: Closed) -> str:
    """Return the one text of a list: ASCII, keys in order, no spaces."""
    return json.dumps(closed, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def list_hash(closed: Closed) -> str:
    """Return the hash that is announced before the number exists: 64 hexadecimal digits."""
    return _sha("tgfair-list-1", canonical(closed))


def seed_of(announced: str, public: str) -> str:
    """Return the seed of the announced hash and the public number: 64 hexadecimal digits."""
    return _sha("tgfair-seed-1", announced, public)


def in_lot_order(seed: str, zone: str, kind: str, names: Iterable[str]) -> list[str]:
    """Return `names` in the order that the seed gives them; `kind` is APPLICATION or BOOTH."""
    start = hashlib.sha256(f"tgfair-draw-1|{seed}|{zone}|{kind}|".encode())

    def place(name: str) -> bytes:
        sha = start.copy()
        sha.update(name.encode())
        return sha.digest()

    return sorted(names, key=place)


def draw_lots(closed: Closed, public: str) -> Outcome:
    """Return what the list and the public number give.

    Lot 1 gets the first booth of the booths' own order, lot 2 the second; who is left waits in the
    order of the lots.
    """
    seed = seed_of(list_hash(closed), public)
    lots: dict[str, list[str]] = {}
    result: dict[str, str] = {}
    waiting: dict[str, list[str]] = {}
    for zone in closed["zones"]:
        code = zone["code"]
        order = in_lot_order(seed, code, APPLICATION, zone["applications"])
        booths = in_lot_order(seed, code, BOOTH, zone["booths"])
        lots[code] = order
        result.update(zip(order, booths, strict=False))
        waiting[code] = order[len(booths) :]
    return Outcome(seed, lots, result, waiting)


def draw_file(closed: Closed, public: str) -> dict[str, Any]:
    """Return the content of `draw.json`: list, hash, number, result, waiting list."""
    outcome = draw_lots(closed, public)
    return {
        "closed": dict(closed),
        "list_hash": list_hash(closed),
        "public": public,
        "result": outcome.result,
        "waiting": outcome.waiting,
    }


def file_text(draw: Mapping[str, Any]) -> str:
    """Return `draw.json` as it is published: readable by people too."""
    return json.dumps(draw, ensure_ascii=False, indent=1) + "\n"


def _sha(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
