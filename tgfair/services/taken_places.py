"""A booth that its producer took: published at once when the fair's plan is out already.

Before the first publication it waits for the organisers' own, like every other place.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from tgfair.core.workflow import Event, State
from tgfair.models.application import Application
from tgfair.models.assignment import (
    OCCUPYING,
    Assignment,
    AssignmentState,
    Publication,
    PublicationRow,
)
from tgfair.models.booth import Booth
from tgfair.models.fair import Zone
from tgfair.policy import Actor
from tgfair.services.booth_answers import chose_themselves, confirm_chosen
from tgfair.services.draw_freeze import frozen_zones
from tgfair.services.places import is_over
from tgfair.services.publications import (
    SEES_BOOTH,
    concerned_places,
    freeze,
    latest_publication,
    standing_places,
)
from tgfair.services.transitions import advance

NOTE = "Cơ sở {code} tự chọn hoặc nhận gian được mời."


def open_booths(session: Session, fair_id: int, *, now: datetime) -> list[Booth]:
    """Return the booths that may be picked or offered, by label.

    Not those out of use or waiting for a draw, nor those that the published plan still shows as
    somebody's.
    """
    taken = select(Assignment.booth_id).where(
        Assignment.fair_id == fair_id, Assignment.state.in_(OCCUPYING), ~is_over(now)
    )
    frozen = frozen_zones(session, fair_id)
    return list(
        session.scalars(
            select(Booth)
            .join(Zone)
            .where(
                Booth.fair_id == fair_id,
                Zone.code.not_in(frozen),
                Booth.blocked_reason.is_(None),
                Booth.id.not_in(taken),
                Booth.id.not_in(shown_to_others(fair_id)),
            )
            .options(contains_eager(Booth.zone))
            .order_by(Booth.label)
        )
    )


def shown_to_others(fair_id: int, application_id: int | None = None) -> Select[int]:
    """Return the query of booths that the newest version shows as somebody else's."""
    newest = (
        select(Publication.id)
        .where(Publication.fair_id == fair_id)
        .order_by(Publication.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(PublicationRow.booth_id)
        .join(Application)
        .where(
            PublicationRow.publication_id == newest,
            Application.state.in_(SEES_BOOTH),
            Application.id != (application_id or 0),
        )
    )


def publish_taken(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> bool:
    """Add the application's own places to the published plan; confirm it when it chose them all.

    False while nothing is published: then the application stays approved. The caller has taken
    `lock_places`.
    """
    fair = application.fair
    if latest_publication(session, fair.id) is None:
        return False
    others = {place for place in concerned_places(session, fair.id) if place[0] != application.id}
    # What an officer gave it of another's published booth waits for the officers' own version.
    shown = set() if fair.shares_booths else {booth_id for _, booth_id in others}
    own = {
        (application_id, booth_id)
        for application_id, booth_id in standing_places(session, fair.id)
        if application_id == application.id and booth_id not in shown
    }
    note = NOTE.format(code=application.code)
    freeze(session, actor, fair, others | own, note=note, now=now)
    if application.state is State.APPROVED:
        booths = _labels(session, application)
        advance(
            session,
            application,
            Event.ALLOCATE,
            actor=actor,
            now=now,
            proposed=False,
            booths=booths,
        )
        if chose_themselves(session, application.id):
            confirm_chosen(session, actor, application, now=now)
    return True


def _labels(session: Session, application: Application) -> list[str]:
    return list(
        session.scalars(
            select(Booth.label)
            .join(Assignment, Assignment.booth_id == Booth.id)
            .where(
                Assignment.application_id == application.id,
                Assignment.state == AssignmentState.LIVE,
            )
            .order_by(Booth.label)
        )
    )
