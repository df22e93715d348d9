"""Badges with made-up names and well signed codes, as many as wanted, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tgfair.core.badge import BadgeKind, BadgePayload, sign
from tgfair.core.short_code import short_code
from tgfair.documents.badge_layout import BadgeCard

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Võ", "Đặng", "Bùi", "Huỳnh", "Phan", "Dương")
MIDDLE = ("Thị", "Văn", "Hữu", "Ngọc", "Minh", "Thị Kim", "Thị Mỹ", "Quốc")
GIVEN = ("Hạnh", "Đức", "Bé", "Ánh", "Quỳnh Như", "Út", "Phượng", "Ưng", "Ổn", "Nghĩa", "Tuyết")


def badge_cards(count: int, *, seed: int = 1) -> Iterator[BadgeCard]:
    """Yield badges; their codes are good for a key that nobody uses."""
    chance = Random(seed)  # noqa: S311 -- the same badges in every run
    for number in range(count):
        payload = BadgePayload(
            kid=1,
            event=7,
            badge=chance.getrandbits(63),
            kind=0,
            generation=0,
            gates=255,
            first_day=date(2026, 6, 18),
            days=4,
        )
        yield BadgeCard(
            token=sign(payload, KEY),
            short_code=short_code(chance.getrandbits(35)),
            kind=BadgeKind.EXHIBITOR,
            name=" ".join(chance.choice(part) for part in (FAMILY, MIDDLE, GIVEN)),
            organisation=f"Hợp tác xã Nông nghiệp số {number // 3 + 1}",
            booth=f"C{number // 3 % 150 + 1:02}",
        )
