"""Badges that an organiser writes out by hand: organisers, press, guards, builders, guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tgfair.core.badge import BadgeKind
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.badge_rows import new_badge, stamp
from tgfair.services.idempotency import once, remember
from tgfair.services.keys import ensure_key
from tgfair.services.uow import find, reader, transaction

MAX_NAME, MAX_ORGANISATION, MAX_AT_ONCE = 120, 200, 100
# Builders come before a fair and leave after it.
AROUND = timedelta(days=60)


@dataclass(frozen=True)
class StaffBadge:
    """What an organiser types for badges of a staff kind.

    `name` has one line for each badge; `gates` has bit 0 for gate 1.
    """

    kind: BadgeKind
    name: str
    organisation: str
    gates: int
    first_day: date
    last_day: date


def add_staff_badge(
    actor: Actor, fair_id: int, form: StaffBadge, *, key: str, now: datetime
) -> str:
    """Issue a badge of a staff kind to everybody named; return the public id of the first.

    Raises:
        InvalidError: with the field to mend.
    """
    session = reader()
    require(actor, Action.MANAGE_BADGES, find(session, Fair, Fair.id == fair_id))
    names, organisation = _checked_form(form)
    kid = ensure_key(fair_id, actor=actor, now=now)
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.MANAGE_BADGES, fair)
        _check_days(form, fair)
        body = {"badge": fair_id, "form": vars(form), "session": actor.session_id}
        if (replay := once(session, key, body, now=now)) is not None:
            return str(replay["badge"])
        made = []
        for name in names:
            badge = new_badge(fair, form.kind, name=name, organisation=organisation)
            badge.gates, badge.first_day = form.gates, form.first_day
            badge.days = (form.last_day - form.first_day).days + 1
            stamp(session, actor, badge, kid=kid, now=now)
            made.append(badge.public_id)
        remember(session, key, {"badge": made[0]})
        return made[0]


def named_in(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _checked_form(form: StaffBadge) -> tuple[tuple[str, ...], str]:
    if form.kind is BadgeKind.EXHIBITOR:
        raise InvalidError("Thẻ gian hàng phát theo hồ sơ. Hãy chọn loại thẻ khác.", field="kind")
    names = tuple(check_text(line, field="name") for line in named_in(form.name))
    if not any(names):
        raise InvalidError("Hãy điền mục này.", field="name")
    if len(names) > MAX_AT_ONCE:
        raise InvalidError(f"Mỗi lần phát tối đa {MAX_AT_ONCE} thẻ.", field="name")
    for name in names:
        _check_length(name, MAX_NAME, "name")
    organisation = check_text(form.organisation, field="organisation")
    if not organisation:
        raise InvalidError("Hãy điền mục này.", field="organisation")
    _check_length(organisation, MAX_ORGANISATION, "organisation")
    if not form.gates:
        raise InvalidError("Hãy chọn ít nhất một cổng.", field="gates")
    return names, organisation


def _check_length(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise InvalidError(f"Dài quá {longest} ký tự. Hãy viết ngắn lại.", field=field)


def _check_days(form: StaffBadge, fair: Fair) -> None:
    if form.last_day < form.first_day:
        raise InvalidError("Ngày cuối phải từ ngày đầu trở đi.", field="last_day")
    first, last = fair.first_day - AROUND, fair.last_day + AROUND
    for day, field in ((form.first_day, "first_day"), (form.last_day, "last_day")):
        if not first <= day <= last:
            sentence = f"Thẻ chỉ dùng từ {vn_date(first)} đến {vn_date(last)}. Hãy xem lại ngày."
            raise InvalidError(sentence, field=field)
