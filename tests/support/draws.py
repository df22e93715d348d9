"""Draw files for tests: random lists, and files in which one value was changed."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import strategies as st

from tgfair.core.draw.lots import ZoneLots, closed_list, draw_file

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
IDS = st.text(ALPHABET, min_size=1, max_size=12)


@st.composite
def random_closed(draw: st.DrawFn) -> dict[str, Any]:
    """A frozen list of up to four zones."""
    codes = draw(st.sets(IDS, max_size=4))
    names, booths = sorted(draw(st.sets(IDS, max_size=20))), sorted(draw(st.sets(IDS, max_size=20)))
    parts = [(set(), set()) for _ in codes]
    for kind, group in enumerate((names, booths)):
        for name in group if parts else []:
            draw(st.sampled_from(parts))[kind].add(name)
    zones = [
        ZoneLots(code, tuple(part[0]), tuple(part[1]))
        for code, part in zip(sorted(codes), parts, strict=True)
    ]
    words = st.text(st.characters(codec="utf-8"), max_size=40)
    return closed_list(
        event=draw(words), closed_at=draw(words), source=draw(words), rules=draw(words), zones=zones
    )


def random_file(chance: random.Random) -> dict[str, Any]:
    """A true file, in the sizes and with the letters that fairs have."""
    words = "Xổ số kiến thiết Tiền Giang 🎱 “Đặc biệt” \\ / \t 23/05/2027"
    zones = []
    for code in chance.sample("ABCDEFGH", chance.randint(1, 4)):
        count = chance.randint(0, 12)
        zones.append(
            ZoneLots(
                code,
                tuple(f"HC{code}-{n:05d}" for n in chance.sample(range(99999), count)),
                tuple(f"{code}{n:02d}" for n in chance.sample(range(60), chance.randint(0, 12))),
            )
        )
    closed = closed_list(
        event=f"hoi-cho-{chance.randint(1, 99)}",
        closed_at="2027-05-21T17:00:00+07:00",
        source="".join(chance.sample(words, chance.randint(5, len(words)))),
        rules=words[: chance.randint(0, len(words))],
        zones=zones,
    )
    public = " ".join(str(chance.randrange(10**6)) for _ in range(chance.randint(1, 18)))
    return draw_file(closed, public)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value below the root."""
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    found = [path] if path else []
    for key, child in children:
        found += _places(child, (*path, key))
    return found


def _other(value: Any, chance: random.Random) -> Any:
    """Something else than `value`, near to it where that is possible."""
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        ways = (
            value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :],
            value[:at] + value[at + 1 :],
            value[:at] + chance.choice(ALPHABET + " ") + value[at:],
            value.swapcase() if value.swapcase() != value else value + " ",
        )
        return chance.choice(ways)
    if isinstance(value, list) and value:
        longer, shorter, turned = [*value, value[0]], value[1:], value[::-1]
        return chance.choice([longer, shorter, turned if turned != value else longer])
    if isinstance(value, dict) and value:
        key = chance.choice(sorted(value))
        return chance.choice(
            [{**value, f"{key}x": value[key]}, {k: v for k, v in value.items() if k != key}]
        )
    return chance.choice([None, 0, True, "x", ["x"], {"x": "x"}])


def changed(file: dict[str, Any], chance: random.Random) -> str:
    """The text of `file` with one value changed; never the same value."""
    while True:
        other = copy.deepcopy(file)
        path = chance.choice(_places(file))
        part = other
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = _other(part[path[-1]], chance)
        if other != file:
            return json.dumps(other, ensure_ascii=bool(chance.getrandbits(1)))
