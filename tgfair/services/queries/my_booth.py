"""The producer's booth and the people at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tgfair.clock import day_in_vietnam
from tgfair.core.deadline import is_over
from tgfair.core.errors import NotFoundError
from tgfair.core.layout.placing import Asked, Place, how_to_find, why_here
from tgfair.core.layout.plan import Plan
from tgfair.core.workflow import Event, allowed_events
from tgfair.models.application import Application
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.attendance import may_name_people
from tgfair.services.booth_answers import answer_deadlines
from tgfair.services.booth_badges import most_people
from tgfair.services.queries.booths import BoothView, published_booths, published_drawing
from tgfair.services.uow import reader


@dataclass(frozen=True)
class BoothPage:
    """The published booths of an application; `all_booths` for the plan around them.

    `until` is the last moment to accept them, if there is one.
    """

    application: Application
    booths: Sequence[BoothView]
    all_booths: Sequence[BoothView]
    drawing: Plan | None
    reasons: Sequence[str]
    directions: Sequence[tuple[str, str]]
    may_accept: bool
    too_late: bool
    until: datetime | None
    may_name: bool
    is_last_day: bool


@dataclass(frozen=True)
class PeoplePage:
    """Who is named for the booth."""

    application: Application
    may_name: bool
    most: int


def booth_page(actor: Actor, code: str, *, now: datetime) -> BoothPage:
    """Return what the page of the booth shows; no booths before the plan is published.

    Raises:
        NotFoundError: missing or foreign.
    """
    application = application_with_people(reader(), actor, code)
    require(actor, Action.VIEW_APPLICATION, application)
    everything = published_booths(application.fair_id)
    own = [
        booth
        for booth in everything
        if any(holder.application_id == application.id for holder in booth.holders)
    ]
    drawing = published_drawing(application.fair_id)
    until = answer_deadline(application)
    open_to_answer = bool(own) and Event.CONFIRM in allowed_events(application.state)
    late = until is not None and is_over(until, now) and not actor.is_staff
    return BoothPage(
        application=application,
        booths=own,
        all_booths=everything,
        drawing=drawing,
        reasons=_reasons(application, own),
        directions=[(booth.label, how_to_find(_place(booth), drawing)) for booth in own]
        if drawing
        else [],
        may_accept=open_to_answer and not late and can(actor, Action.CONFIRM_BOOTH, application),
        too_late=open_to_answer and late,
        until=until,
        may_name=may_name_people(actor, application, now=now),
        is_last_day=day_in_vietnam(now) >= application.fair.last_day,
    )


def _reasons(application: Application, booths: Sequence[BoothView]) -> list[str]:
    asked = Asked(
        application.wishes,
        application.power_w,
        application.water,
        application.cooling,
        application.cooking,
    )
    found: dict[str, None] = {}
    for booth in booths:
        found |= dict.fromkeys(why_here(_place(booth), asked))
    return list(found)


def _place(booth: BoothView) -> Place:
    return Place(
        label=booth.label,
        zone_code=booth.zone_code,
        zone_label=booth.zone_label,
        x=booth.x,
        y=booth.y,
        width=booth.w,
        depth=booth.h,
        power_w=booth.power_w,
        water=booth.water,
        cooling=booth.cooling,
        cooking=booth.cooking,
        corner=booth.corner,
    )


def people_page(actor: Actor, code: str, *, now: datetime) -> PeoplePage:
    """Return who is named for the booth.

    Raises:
        NotFoundError: missing or foreign.
    """
    application = application_with_people(reader(), actor, code)
    require(actor, Action.NAME_PEOPLE, application)
    most = most_people(reader(), application)
    return PeoplePage(application, may_name_people(actor, application, now=now), most)


def application_with_people(session: Session, actor: Actor, code: str) -> Application:
    """Return an application with its fair, subject and people loaded.

    Raises:
        NotFoundError: missing or foreign.
    """
    application = session.scalars(
        select(Application)
        .where(Application.code == code, visible_to(actor, Application))
        .options(
            joinedload(Application.fair),
            joinedload(Application.exhibitor),
            selectinload(Application.people),
        )
    ).one_or_none()
    if application is None:
        raise NotFoundError
    return application


def answer_deadline(application: Application) -> datetime | None:
    """Return until when an application has to accept its booth, or None."""
    return answer_deadlines(reader(), [application])[application.id]
