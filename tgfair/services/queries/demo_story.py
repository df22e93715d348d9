"""The few reads that the story of the demo needs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tgfair.core.workflow import State
from tgfair.models.account import User
from tgfair.models.application import Application
from tgfair.models.draw import Draw
from tgfair.models.exhibitor import Exhibitor, MergeProposal
from tgfair.models.fair import Fair, FairKind
from tgfair.models.invitation import Invitation
from tgfair.models.slot import Slot
from tgfair.services.links import invitation_token
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


def slot_ids(fair_id: int) -> list[int]:
    """Return the fair's time windows, the earliest first."""
    return list(
        reader().scalars(
            select(Slot.id).where(Slot.fair_id == fair_id).order_by(Slot.starts_at, Slot.id)
        )
    )


def user_id(email: str) -> int:
    """Return a member of the demo's staff."""
    return reader().scalars(select(User.id).where(User.email == email)).one()


def link_token(fair_id: int, exhibitor_id: int) -> str:
    """Return the token of a subject's personal link."""
    invitation = reader().scalars(
        select(Invitation).where(
            Invitation.fair_id == fair_id, Invitation.exhibitor_id == exhibitor_id
        )
    )
    row = invitation.one()
    return invitation_token(row.id, row.revision)


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


def demo_pages() -> list[tuple[str, str]]:
    """Return the pages to look at without signing in, and the one that pairs gate phones."""
    fair = reader().scalar(select(Fair).where(Fair.kind == FairKind.FAIR).order_by(Fair.id))
    if fair is None:
        return []
    pages = [("public fair", f"/{fair.slug}/"), ("gate pairing", f"/ql/{fair.slug}/cong")]
    draw = reader().scalar(select(Draw.number).where(Draw.fair_id == fair.id).limit(1))
    if draw is not None:
        pages.append(("draw projector", f"/{fair.slug}/boc-tham/{draw}/chieu"))
    return pages
