"""Reads of "nộp hộ": find the subject to file for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from tgfair.core.vietnamese import fold
from tgfair.core.workflow import FINAL, State
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.policy import Actor, visible_to
from tgfair.services.uow import reader

MOST = 30


@dataclass(frozen=True)
class Candidate:
    """A subject, with its live application to the fair if there is one."""

    public_id: str
    name: str
    address: str
    code: str | None
    state: State | None


def candidates(actor: Actor, fair: Fair, typed: str) -> list[Candidate]:
    """Return subjects the actor may know of whose name or tax code holds what was typed."""
    folded = fold(typed)
    if not folded:
        return []
    statement = (
        select(Exhibitor, Application.code, Application.state)
        .outerjoin(
            Application,
            (Application.exhibitor_id == Exhibitor.id)
            & (Application.fair_id == fair.id)
            & Application.state.not_in(FINAL),
        )
        .where(
            visible_to(actor, Exhibitor),
            or_(
                Exhibitor.search_fold.contains(folded, autoescape=True),
                Exhibitor.tax_code == typed.strip(),
            ),
        )
        .order_by(Exhibitor.sort_key)
        .limit(MOST)
    )
    return [
        Candidate(one.public_id, one.name, one.address or "", code, state)
        for one, code, state in reader().execute(statement).all()
    ]
