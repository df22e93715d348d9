"""Reads of fairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tgfair.core.deadline import is_over
from tgfair.models.booth import PlanVersion
from tgfair.models.fair import Fair, FairStatus, Zone
from tgfair.policy import Actor, visible_to
from tgfair.services.uow import find, reader

# Fairs that the public may know of.
SHOWN = (FairStatus.OPEN, FairStatus.ENDED, FairStatus.CANCELLED)


def fair_for_staff(actor: Actor, slug: str) -> Fair:
    """Return a fair for the staff pages.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    return find(reader(), Fair, Fair.slug == slug, visible_to(actor, Fair))


def fairs_for_staff(actor: Actor) -> Sequence[Fair]:
    """Return all fairs the actor may know of, the latest first."""
    statement = select(Fair).where(visible_to(actor, Fair)).order_by(Fair.first_day.desc())
    return reader().scalars(statement).all()


def public_fair(slug: str) -> Fair:
    """Return a fair that is no longer a draft, with its zones.

    Raises:
        NotFoundError: there is none.
    """
    session = reader()
    fair = find(session, Fair, Fair.slug == slug, Fair.status.in_(SHOWN))
    session.scalars(select(Fair).where(Fair.id == fair.id).options(selectinload(Fair.zones))).one()
    return fair


def public_fairs() -> Sequence[Fair]:
    """Return the fairs that are open, the next one first."""
    statement = select(Fair).where(Fair.status == FairStatus.OPEN).order_by(Fair.first_day)
    return reader().scalars(statement).all()


class Intake(StrEnum):
    """How the registration of a fair stands by its dates."""

    BEFORE = "before"
    OPEN = "open"
    OVER = "over"


def intake_of(fair: Fair, *, now: datetime) -> Intake:
    """Return whether the registration is still to come, open or over."""
    if is_over(fair.registration_closes_at, now):
        return Intake.OVER
    return Intake.BEFORE if now < fair.registration_opens_at else Intake.OPEN


def newest_plan(fair_id: int) -> PlanVersion | None:
    """Return the fair's newest drawing, or None when it has none yet."""
    statement = (
        select(PlanVersion)
        .where(PlanVersion.fair_id == fair_id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    return reader().scalars(statement).one_or_none()


def fair_zone(fair_id: int, code: str) -> Zone:
    """Return a zone of a fair by its code.

    Raises:
        NotFoundError: there is none.
    """
    return find(reader(), Zone, Zone.fair_id == fair_id, Zone.code == code)
