"""The signed text in a badge's QR code: 16 bytes and an Ed25519 signature, 124 characters.

The token holds no name, phone or booth, so a photo of a badge leaks nothing and a booth
can change without a reprint. QR version 7-Q carries 125 characters at most: nothing may be added.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tgfair.core import base45

PREFIX = "TG1:"
TOKEN_LENGTH = 124
LAST_GENERATION = 15

# Without its own context a signature made for another purpose with the same key could pass here.
_CONTEXT = b"tgfair-badge-1\0"
_LAYOUT = struct.Struct(">BHQBBHB")
_EPOCH = date(1970, 1, 1)


class BadgeKind(IntEnum):
    """What a badge is for; the number is printed in every token and never changes."""

    EXHIBITOR = 0
    BUILDER = 1
    ORGANIZER = 2
    DELEGATE = 3
    PRESS = 4
    SECURITY = 5
    MEDICAL = 6
    VOLUNTEER = 7
    VEHICLE = 8

    @property
    def label(self) -> str:
        """Return the Vietnamese words for this kind."""
        return _LABELS[self]


_LABELS = {
    BadgeKind.EXHIBITOR: "Thẻ gian hàng",
    BadgeKind.BUILDER: "Thẻ thi công",
    BadgeKind.ORGANIZER: "Ban Tổ chức",
    BadgeKind.DELEGATE: "Đại biểu",
    BadgeKind.PRESS: "Báo chí",
    BadgeKind.SECURITY: "An ninh – PCCC",
    BadgeKind.MEDICAL: "Y tế",
    BadgeKind.VOLUNTEER: "Tình nguyện",
    BadgeKind.VEHICLE: "Thẻ xe",
}


class Refusal(StrEnum):
    """Why a text is no badge of this event, in the order of the checks."""

    PREFIX = "prefix"
    LENGTH = "length"
    ALPHABET = "alphabet"
    OVERFLOW = "overflow"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    EVENT = "event"
    DAYS = "days"


class DayState(StrEnum):
    """Where a day at the gate lies beside the days of a badge."""

    EARLY = "early"
    OK = "ok"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class BadgePayload:
    """What a token says: `gates` has bit 0 for gate 1; days count in Asia/Ho_Chi_Minh.

    `kind` stays a number because the format has room for 16 and names nine of them.
    """

    kid: int
    event: int
    badge: int
    kind: int
    generation: int
    gates: int
    first_day: date
    days: int

    @property
    def last_day(self) -> date:
        """Return the last day on which the badge is good."""
        return self.first_day + timedelta(days=self.days - 1)

    def opens(self, gate: int) -> bool:
        """Return whether the badge is for gate number `gate`, 1 to 8."""
        return bool(self.gates >> (gate - 1) & 1)

    def on(self, day: date) -> DayState:
        """Return whether `day` lies before, within or after the badge's days."""
        if day < self.first_day:
            return DayState.EARLY
        return DayState.OK if day <= self.last_day else DayState.LATE


@dataclass(frozen=True, slots=True)
class Refused:
    """A text that must not open a gate."""

    code: Refusal


def sign(payload: BadgePayload, private_key: Ed25519PrivateKey) -> str:
    """Return the text for the QR code, always 124 characters of the alphanumeric mode.

    Raises:
        ValueError: a field does not fit its place, or the badge is good on no day.
    """
    if not (0 <= payload.kind <= LAST_GENERATION and 0 <= payload.generation <= LAST_GENERATION):
        raise ValueError("kind and generation take four bits each")
    if payload.days < 1:
        raise ValueError("a badge is good on at least one day")
    packed = _pack(payload)
    return PREFIX + base45.encode(packed + private_key.sign(_CONTEXT + packed))


def read(text: str, keyring: Mapping[int, bytes], event: int) -> BadgePayload | Refused:
    """Return what a scanned text says, or the first check it fails.

    `keyring` maps a key id to the 32 raw bytes of its public key and holds the keys of this
    event only. The text is judged as it came from the decoder: blanks inside are part of it.
    Whether the badge is good on a given day is `BadgePayload.on`.
    """
    if not text.startswith(PREFIX):
        return Refused(Refusal.PREFIX)
    if len(text) != TOKEN_LENGTH:
        return Refused(Refusal.LENGTH)
    try:
        data = base45.decode(text[len(PREFIX) :])
    except base45.AlphabetError:
        return Refused(Refusal.ALPHABET)
    except base45.OverflowingGroupError:
        return Refused(Refusal.OVERFLOW)
    packed, signature = data[: _LAYOUT.size], data[_LAYOUT.size :]
    public_key = keyring.get(packed[0])
    if public_key is None:
        return Refused(Refusal.UNKNOWN_KEY)
    return _verified(packed, signature, public_key, event)


def _verified(
    packed: bytes, signature: bytes, public_key: bytes, event: int
) -> BadgePayload | Refused:
    if not _is_signed(packed, signature, public_key):
        return Refused(Refusal.SIGNATURE)
    payload = _unpack(packed)
    if payload.event != event:
        return Refused(Refusal.EVENT)
    return payload if payload.days else Refused(Refusal.DAYS)


def _is_signed(packed: bytes, signature: bytes, public_key: bytes) -> bool:
    try:
        _key_of(public_key).verify(signature, _CONTEXT + packed)
    except InvalidSignature:
        return False
    return True


# A fair has few keys, and unpacking one takes as long as using it.
@lru_cache(maxsize=64)
def _key_of(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def _pack(payload: BadgePayload) -> bytes:
    try:
        return _LAYOUT.pack(
            payload.kid,
            payload.event,
            payload.badge,
            payload.kind * 16 + payload.generation,
            payload.gates,
            (payload.first_day - _EPOCH).days,
            payload.days,
        )
    except struct.error as error:
        raise ValueError(str(error)) from error


def _unpack(packed: bytes) -> BadgePayload:
    kid, event, badge, kind_generation, gates, first_day, days = _LAYOUT.unpack(packed)
    return BadgePayload(
        kid=kid,
        event=event,
        badge=badge,
        kind=kind_generation // 16,
        generation=kind_generation % 16,
        gates=gates,
        first_day=_EPOCH + timedelta(days=first_day),
        days=days,
    )
