"""How a fair gives its booths: by the organisers or first come, and how its list is served."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from tgfair.core.errors import InvalidError
from tgfair.core.waitlist import Rule
from tgfair.models.fair import BoothGiving, Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.uow import check_seen, find, transaction

MOST_MINUTES = 1440
MOST_HOURS = 336


@dataclass(frozen=True)
class Giving:
    """The published rules of a fair."""

    giving: BoothGiving
    # None: no limit on this side.
    picks_from: datetime | None
    picks_until: datetime | None
    hold_minutes: int
    waitlist_rule: Rule
    offer_hours: int
    offers_on: bool


def set_giving(
    actor: Actor, fair_id: int, rules: Giving, *, seen_version: int, now: datetime
) -> None:
    """Change how booths are given and the waiting list is served.

    Raises:
        InvalidError: a number is out of range, picking would end before it begins, or booths are
            shared and cannot be picked.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    if rules.picks_from and rules.picks_until and rules.picks_until <= rules.picks_from:
        raise InvalidError("Giờ hết chọn gian phải sau giờ mở.", field="until_day")
    if not 1 <= rules.hold_minutes <= MOST_MINUTES:
        raise InvalidError(f"Số phút giữ gian từ 1 đến {MOST_MINUTES}.", field="hold_minutes")
    if not 1 <= rules.offer_hours <= MOST_HOURS:
        raise InvalidError(f"Số giờ trả lời từ 1 đến {MOST_HOURS}.", field="offer_hours")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        check_seen(fair, seen_version)
        if fair.shares_booths and rules.giving is BoothGiving.FIRST_COME:
            raise InvalidError("Sự kiện dùng chung bàn thì Ban Tổ chức xếp, không tự chọn được.")
        for name, value in asdict(rules).items():
            setattr(fair, name, value)
        told = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(rules).items()
        }
        record(session, actor, "fair.giving", fair, now=now, fair_id=fair.id, **told)
