"""The few reads that the story of the demo needs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor, MergeProposal
from tgfair.models.fair import Fair, FairKind
from tgfair.services.uow import reader


def register() -> Sequence[Exhibitor]:
    """Return the subjects of the register with their products, in the order of the names."""
    return (
        reader()
        .scalars(
            select(Exhibitor)
            # A record that may be another one's double is not invited twice.
            .where(Exhibitor.in_register, Exhibitor.id.not_in(select(MergeProposal.second_id)))
            .options(selectinload(Exhibitor.products))
            .order_by(Exhibitor.sort_key)
        )
        .all()
    )


def exhibitor(public_id: str) -> Exhibitor:
    """Return one subject."""
    return reader().scalars(select(Exhibitor).where(Exhibitor.public_id == public_id)).one()


def codes(fair_id: int, state: State) -> list[str]:
    """Return the codes of the fair's applications in a state, in the order they were made."""
    return list(
        reader().scalars(
            select(Application.code)
            .where(Application.fair_id == fair_id, Application.state == state)
            .order_by(Application.id)
        )
    )


def version(code: str) -> int:
    """Return an application's version, as a page would have shown it."""
    return reader().scalars(select(Application.version).where(Application.code == code)).one()


def waiting_producer() -> Exhibitor:
    """Return the first subject that was told of a booth and has not answered yet."""
    return (
        reader()
        .scalars(
            select(Exhibitor)
            .join(Application, Application.exhibitor_id == Exhibitor.id)
            .join(Fair, Fair.id == Application.fair_id)
            .where(
                Application.state == State.ALLOCATED,
                Fair.kind == FairKind.FAIR,
                Exhibitor.in_register,
                Exhibitor.phone.is_not(None),
                Exhibitor.email.is_not(None),
            )
            .order_by(Application.id)
            .limit(1)
        )
        .one()
    )
