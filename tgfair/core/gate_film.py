"""What one phone shows another as a film of QR codes, when the other brings it to the server.

Body: event 2 | device 4 | gate 1 | count 2 | records. Record: scan id 16 | badge 8 | flags 1 |
instant 6 (milliseconds) | running number 4 | word and generation 1 | the id it takes back 16, if
it does | length 1 and reason, if there is one. `static/gate/exchange.js` writes it.

After the body stand two codes of 16 bytes. The first is for phones, under a key that all phones of
the fair have, and does not come here. The second is for the server, under the token of the phone
that made the film: whoever carries it cannot change it, and cannot make one in another's name.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tgfair.core.errors import InvalidError
from tgfair.core.gate import Direction, verdict_told
from tgfair.core.gate_scan import MAX_NUMBER, MODES, BadScanError, SentScan, checked_reason

SEAL_LENGTH = 16
MOST_SCANS = 400
_CONTEXT = b"tgfair-film-1\n"
_HEAD = struct.Struct(">HIBH")
_RECORD = struct.Struct(">16sQBHIIB")
_WAYS = (Direction.IN, Direction.OUT, Direction.BACK)
_WORDS = ("in", "in_new", "back", "out", "overridden", "undone")
_ADMITTED, _CANCELS, _REASON = 4, 8, 16
_ID_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadFilmError(InvalidError):
    """No film of a phone of this fair, or somebody changed it."""

    code = "bad_film"

    def __init__(self) -> None:
        super().__init__("Không nhận được lượt của máy bên cạnh. Máy đó sẽ tự gửi khi có mạng.")


@dataclass(frozen=True, slots=True)
class FilmedScan:
    """One passage of the film: what the phone would have sent itself, and whose badge it was."""

    sent: SentScan
    badge_number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Film:
    """What a phone saw, told by another one."""

    event: int
    device_id: int
    scans: tuple[FilmedScan, ...]


def seal_of(token_hash: str, body: bytes) -> bytes:
    """Return the code by which the phone with this token vouches for the body."""
    return hmac.digest(token_hash.encode(), _CONTEXT + body, "sha256")[:SEAL_LENGTH]


def device_of(body: bytes) -> int:
    """Return the phone that the film says it is from.

    Raises:
        BadFilmError: it is too short to say.
    """
    if len(body) < _HEAD.size:
        raise BadFilmError
    device_id: int = _HEAD.unpack_from(body)[1]
    return device_id


def read_film(body: bytes) -> Film:
    """Return what a film tells. Whether its phone vouches for it, `seal_of` says.

    Raises:
        BadFilmError: it is cut, too long, or holds what no phone of ours writes.
    """
    try:
        event, device_id, _, count = _HEAD.unpack_from(body)
        if count > MOST_SCANS:
            raise BadFilmError
        at, scans = _HEAD.size, []
        for _ in range(count):
            scan, at = _read_scan(body, at)
            scans.append(scan)
    except (struct.error, ValueError, OverflowError, IndexError, BadScanError) as error:
        raise BadFilmError from error
    if at != len(body):
        raise BadFilmError
    return Film(event, device_id, tuple(scans))


def _read_scan(body: bytes, at: int) -> tuple[FilmedScan, int]:
    scan_id, badge, flags, high, low, seq, word = _RECORD.unpack_from(body, at)
    at += _RECORD.size
    cancels, reason = None, None
    if flags & _CANCELS:
        cancels, at = _part(body, at, _ID_LENGTH).hex(), at + _ID_LENGTH
    if flags & _REASON:
        length = body[at]
        reason = checked_reason(_part(body, at + 1, length).decode())
        at += 1 + length
    direction, code = _WAYS[flags & 3], _WORDS[word >> 4]
    if bool(flags & _ADMITTED) is bool(cancels) or not 0 < seq <= MAX_NUMBER or badge >= 2**63:
        raise BadFilmError
    if (code == "undone") is not bool(cancels):
        raise BadFilmError
    sent = SentScan(
        id=scan_id.hex(),
        seq=seq,
        text="",
        mode=MODES[flags >> 5],
        direction=direction,
        wall=_EPOCH + timedelta(milliseconds=high * 2**32 + low),
        mono=None,
        override=code == "overridden",
        reason=reason,
        cancels=cancels,
        told=verdict_told(code, direction, ""),
    )
    return FilmedScan(sent, badge, word & 15), at


def _part(body: bytes, at: int, length: int) -> bytes:
    part = body[at : at + length]
    if len(part) != length:
        raise BadFilmError
    return part
