"""Films as `static/gate/exchange.js` makes them."""

from __future__ import annotations

import secrets
from datetime import datetime

from tests.support.gate_world import FAIR_DAY
from tgfair.core.gate_film import seal_of
from tgfair.services.gates import Paired
from tgfair.services.identifiers import digest

WAYS, MODES = ("in", "out", "back"), ("qr", "code", "name")
WORDS = ("in", "in_new", "back", "out", "overridden", "undone")


def record(
    number: int,
    *,
    scan_id: str = "",
    seq: int = 1,
    at: datetime = FAIR_DAY,
    way: str = "in",
    mode: str = "qr",
    word: str = "in",
    generation: int = 0,
    cancels: str = "",
    reason: str = "",
) -> bytes:
    """One passage."""
    flags = WAYS.index(way) | (8 if cancels else 4) | (16 if reason else 0)
    flags |= MODES.index(mode) << 5
    instant = round(at.timestamp() * 1000)
    parts = [
        bytes.fromhex(scan_id or secrets.token_hex(16)),
        number.to_bytes(8, "big"),
        bytes([flags]),
        instant.to_bytes(6, "big"),
        seq.to_bytes(4, "big"),
        bytes([WORDS.index(word) << 4 | generation]),
        bytes.fromhex(cancels),
    ]
    said = reason.encode()
    return b"".join(parts) + (bytes([len(said)]) + said if said else b"")


def body_of(event: int, device_id: int, gate: int, *records: bytes) -> bytes:
    """What is said, without any code."""
    numbers = ((event, 2), (device_id, 4), (gate, 1), (len(records), 2))
    return b"".join(number.to_bytes(size, "big") for number, size in numbers) + b"".join(records)


def film_of(paired: Paired, *records: bytes) -> bytes:
    """What another phone brings to the server: vouched for by the phone that is `paired`."""
    body = body_of(paired.event, paired.device_id, paired.gate, *records)
    return body + seal_of(digest(paired.token), body)
