"""How fast a notice leaves: a rate for all, a gentler one for each receiving domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

# What receiving servers take from a sender they do not know (reliability.md, 6).
DOMAIN_GAP = timedelta(seconds=1)
DOMAIN_HOURLY = 300


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def offsets(addresses: Sequence[str | None], *, per_minute: int) -> list[timedelta]:
    """Return after how long each mail may leave; None (nobody to mail) waits for nothing."""
    gap = timedelta(minutes=1) / per_minute
    turn = timedelta()
    sent: dict[str, int] = {}
    free: dict[str, timedelta] = {}
    result = []
    for address in addresses:
        if address is None:
            result.append(timedelta())
            continue
        domain = domain_of(address)
        count = sent.get(domain, 0)
        hour = timedelta(hours=count // DOMAIN_HOURLY)
        at = max(turn, free.get(domain, timedelta()), hour)
        result.append(at)
        sent[domain], free[domain] = count + 1, at + DOMAIN_GAP
        turn += gap
    return result


def duration_text(length: timedelta) -> str:
    """Return "khoảng 4 phút", "khoảng 2 giờ 10 phút"."""
    minutes = max(1, -(-int(length.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"khoảng {minutes} phút"
    return f"khoảng {hours} giờ {rest} phút" if rest else f"khoảng {hours} giờ"
