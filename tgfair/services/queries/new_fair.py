"""What the form of a new fair starts with: a template or an earlier fair, on chosen days."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tgfair.core.anchors import OnMoon, check_anchor, moon_day, words
from tgfair.core.date_change import copy_timetable, hang_to_come
from tgfair.core.errors import InvalidError
from tgfair.core.feasts import FEAST_DAYS, next_feasts
from tgfair.core.lunar import LunarDate, solar_from_lunar
from tgfair.core.phone import display_phone
from tgfair.core.timetable import LONGEST_DAYS
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.fair_naming import propose_code, propose_slug
from tgfair.services.fair_templates import TEMPLATES, FairTemplate
from tgfair.services.fair_timetable import local_hour, timetable_of
from tgfair.services.fairs import COPY_PLAN, FairData, Start
from tgfair.services.notices import anchors_of
from tgfair.services.queries.fairs import fair_for_staff, newest_plan
from tgfair.services.uow import reader

COPY = "sao-chep:"
_MOON = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([01])/(-?[0-9]{1,3})")


@dataclass(frozen=True)
class Proposal:
    """A fair to begin with, and what it is made from."""

    data: FairData
    start: Start


def read_start(actor: Actor, source: str, plan: str, opening: str = "") -> Start:
    """Return what a new fair is made from, as the form names it; `opening` as `moon_text` wrote it.

    Raises:
        NotFoundError: the earlier fair is missing.
    """
    moon = read_moon(opening)
    if source.startswith(COPY):
        old = fair_for_staff(actor, source.removeprefix(COPY))
        return Start(copy_of=old.id, plan=plan, opening=moon)
    return Start(template=source, plan=plan, opening=moon)


def moon_text(anchor: OnMoon) -> str:
    """Return a lunar day as a hidden field carries it: "5/5/0/-1"."""
    return f"{anchor.month}/{anchor.day}/{int(anchor.leap)}/{anchor.days}"


def read_moon(text: str) -> OnMoon | None:
    """Read what `moon_text` wrote; anything else is none."""
    match = _MOON.fullmatch(text)
    if match is None:
        return None
    month, day, leap, days = (int(part) for part in match.groups())
    try:
        anchor = OnMoon(month, day, bool(leap), days)
        check_anchor(anchor)
    except InvalidError:
        return None
    return anchor


def hung_steps(actor: Actor, source: str, opening: str) -> dict[str, str]:
    """Return in words what the steps of a new fair hang on; arguments as for `read_start`."""
    start = read_start(actor, source, "", opening)
    anchors = anchors_of(reader().get_one(Fair, start.copy_of)) if start.copy_of else {}
    if start.opening is not None:
        anchors["opening"] = start.opening
    return {step: words(anchor) for step, anchor in anchors.items()}


def copied_opening(actor: Actor, source: str, year: int) -> date:
    """Return when an earlier fair that opens on a lunar day opens in another year.

    Raises:
        InvalidError: it is no earlier fair, opens on no lunar day, or that year has no such day.
    """
    anchor = opening_of(actor, source)
    if anchor is None:
        raise InvalidError(
            "Mẫu này không khai mạc theo ngày âm lịch. Hãy ghi ngày khai mạc.", field="nam"
        )
    try:
        return moon_day(anchor, year)
    except InvalidError as error:
        raise InvalidError(error.sentence, field="nam") from None


def opening_of(actor: Actor, source: str) -> OnMoon | None:
    """Return the lunar day on which an earlier fair opens; None for templates and other fairs."""
    if not source.startswith(COPY):
        return None
    anchor = anchors_of(fair_for_staff(actor, source.removeprefix(COPY))).get("opening")
    return anchor if isinstance(anchor, OnMoon) else None


def feast_anchor(key: str, before: int) -> OnMoon | None:
    """Return what a fair some days before a feast hangs on."""
    lunar = FEAST_DAYS.get(key.rpartition("-")[0])
    return OnMoon(*lunar, days=-before) if lunar else None


def propose_fair(
    actor: Actor, source: str, opening: date, days: int | None, *, today: date
) -> Proposal:
    """Return a filled-in form: usual deadlines, a free code and address.

    `source` is a template's key or "sao-chep:" and an earlier fair's slug.

    Raises:
        InvalidError: the days are impossible or past, or there is no such template.
        NotFoundError: the earlier fair is missing.
    """
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise InvalidError(f"Hãy ghi số ngày từ 1 đến {LONGEST_DAYS}.", field="so_ngay")
    if source.startswith(COPY):
        old = fair_for_staff(actor, source.removeprefix(COPY))
        return _of_earlier(old, opening, days, today=today)
    if source not in TEMPLATES:
        raise InvalidError("Hãy chọn một mẫu.", field="mau")
    return _of_template(TEMPLATES[source], opening, days, today=today)


def _of_template(
    template: FairTemplate, opening: date, days: int | None, *, today: date
) -> Proposal:
    closing = opening + timedelta(days=(days or template.days) - 1)
    name = f"{template.name} {opening.year}"
    data = FairData(
        name=name,
        code=propose_code(reader(), template.kind, opening),
        slug=propose_slug(reader(), name, opening),
        kind=template.kind,
        intake=template.intake,
        venue="",
        timetable=template.propose(opening, closing, today=today),
        opens=template.opens,
        daily_hours=template.daily_hours,
        max_booths=template.max_booths,
        max_staff=template.max_staff,
        shares_booths=template.shares_booths,
    )
    return Proposal(data, Start(template=template.key, plan=template.plan))


def _of_earlier(old: Fair, opening: date, days: int | None, *, today: date) -> Proposal:
    length = timedelta(days=days - 1) if days else old.last_day - old.first_day
    name = re.sub(r"\b20\d\d\b", str(opening.year), old.name)
    timetable = copy_timetable(timetable_of(old), opening, opening + length, today=today)
    timetable = hang_to_come(timetable, timetable, anchors_of(old), today=today)
    data = replace(
        data_of(old),
        name=name,
        code=propose_code(reader(), old.kind, opening),
        slug=propose_slug(reader(), name, opening),
        timetable=timetable,
    )
    plan = COPY_PLAN if newest_plan(old.id) else ""
    return Proposal(data, Start(copy_of=old.id, plan=plan))


def data_of(fair: Fair) -> FairData:
    """Return a fair as its form shows it."""
    return FairData(
        name=fair.name,
        code=fair.code,
        slug=fair.slug,
        kind=fair.kind,
        intake=fair.intake,
        venue=fair.venue,
        timetable=timetable_of(fair),
        opens=local_hour(fair.opens_at),
        theme=fair.theme or "",
        venue_address=fair.venue_address or "",
        daily_hours=fair.daily_hours or "",
        max_booths=fair.max_booths,
        max_staff=fair.max_staff,
        shares_booths=fair.shares_booths,
        hotline=display_phone(fair.hotline) if fair.hotline else "",
        hotline_name=fair.hotline_name or "",
    )


def feast_day(key: str, before: int, *, today: date) -> date:
    """Return the day some days before a feast.

    Raises:
        InvalidError: no such feast is offered.
    """
    for feast in next_feasts(today):
        if feast.key == key:
            return feast.day - timedelta(days=before)
    raise InvalidError("Hãy chọn một ngày lễ.", field="le")


def lunar_day(lunar: LunarDate) -> date:
    """Return the solar day of a typed lunar one.

    Raises:
        InvalidError: the lunar calendar has no such day.
    """
    try:
        return solar_from_lunar(lunar.year, lunar.month, lunar.day, leap=lunar.leap)
    except InvalidError as error:
        raise InvalidError(error.sentence, field="al_ngay") from None
