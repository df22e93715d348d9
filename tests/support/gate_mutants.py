"""Texts that are no badges, though they come from one, and passages of phones that disagree."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

from tgfair.clock import VIETNAM
from tgfair.core.badge import PREFIX
from tgfair.core.base45 import ALPHABET, decode, encode
from tgfair.core.gate import Direction
from tgfair.core.gate_passages import Passage

VECTORS = json.loads((Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8"))
PUBLIC = {key["kid"]: bytes.fromhex(key["public_hex"]) for key in VECTORS["keys"]}
ORDER = 2**252 + 27742317777372353535851937790883648493


def mutated(text: str, rnd: random.Random) -> str:
    """One change of the kinds that a camera, a keyboard or a forger makes."""
    if rnd.randrange(2):
        return _changed_bytes(text, rnd)
    at, other = rnd.randrange(len(text)), rnd.randrange(len(text))
    characters = list(text)
    match rnd.randrange(5):
        case 0:
            characters[at] = rnd.choice(ALPHABET)
        case 1:
            characters[at] = chr(rnd.randrange(0x3000))
        case 2:
            del characters[at]
        case 3:
            characters.insert(at, rnd.choice(ALPHABET))
        case _:
            characters[at], characters[other] = characters[other], characters[at]
    return "".join(characters)


def _changed_bytes(text: str, rnd: random.Random) -> str:
    data = bytearray(decode(text[4:]))
    match rnd.randrange(3):
        case 0:
            return malleated(text, rnd.randrange(1, 8))
        case 1:
            data[0] = rnd.choice([1, 2, 3, 4, rnd.randrange(256)])
        case _:
            data[rnd.randrange(80)] ^= 1 << rnd.randrange(8)
    return PREFIX + encode(bytes(data))


def malleated(text: str, times: int) -> str:
    """The same signature with S + L, S + 2L ..., which a careless check takes for good."""
    data = decode(text[4:])
    scalar = int.from_bytes(data[48:], "little") + times * ORDER
    return PREFIX + encode(data[:48] + (scalar % 2**256).to_bytes(32, "little"))


def mutants(count: int, seed: int) -> list[str]:
    """`count` texts, none of them a badge."""
    rnd = random.Random(seed)  # noqa: S311 -- mutants to be repeated, no secrets
    texts = [case["text"] for case in VECTORS["valid"]]
    real, found = set(texts), []
    while len(found) < count:
        mutant = mutated(rnd.choice(texts), rnd)
        if mutant not in real:
            found.append(mutant)
    return found


def random_passages(rnd: random.Random, count: int) -> list[Passage]:
    """Scans of a few badges by three phones over two days, some taken back."""
    start = datetime(2027, 6, 9, 7, tzinfo=VIETNAM)
    found: list[Passage] = []
    for number in range(count):
        cancels = None
        device = rnd.randrange(1, 4)
        own = [one for one in found if one.device_id == device and not one.cancels]
        if own and rnd.random() < 0.15:
            cancels = rnd.choice(own).scan_id
        found.append(
            Passage(
                badge_number=rnd.randrange(1, 6),
                scan_id=f"{rnd.getrandbits(112):028x}{number:04x}",
                device_id=device,
                direction=rnd.choice(list(Direction)),
                at=start + timedelta(minutes=rnd.randrange(30 * 60)),
                gate=device,
                admitted=rnd.random() < 0.8,
                cancels=cancels,
                knowing=rnd.random() < 0.2,
            )
        )
    return found
