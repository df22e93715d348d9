"""Reads of one exhibitor: record, products, its history across fairs, possible doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tgfair.core.certificate import certificate_state
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor, MergeProposal
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.invitation import Invitation
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class CertificateLine:
    """A certificate with its state today and on the last day of the next fair."""

    certificate: Certificate
    today: str | None
    at_fair: str | None


@dataclass(frozen=True)
class ProductLine:
    """A product with its certificates, the newest first."""

    product: Product
    certificates: tuple[CertificateLine, ...]


@dataclass(frozen=True)
class FairLine:
    """What happened between an exhibitor and a fair."""

    fair: Fair
    invitation: Invitation | None
    applications: tuple[Application, ...]


@dataclass(frozen=True)
class ExhibitorPage:
    """Everything the page of an exhibitor shows; `doubles` are records that may be the same."""

    exhibitor: Exhibitor
    next_fair: Fair | None
    products: tuple[ProductLine, ...]
    fairs: tuple[FairLine, ...]
    proposals: tuple[MergeProposal, ...]
    doubles: tuple[Exhibitor, ...]


def exhibitor_of_staff(actor: Actor, exhibitor_id: str) -> Exhibitor:
    """Return an exhibitor with products and certificates.

    Raises:
        NotFoundError: there is none, or it is not the actor's to see.
    """
    session = reader()
    row = find(
        session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
    )
    require(actor, Action.VIEW_EXHIBITOR, row)
    session.scalars(
        select(Exhibitor)
        .where(Exhibitor.id == row.id)
        .options(selectinload(Exhibitor.products).selectinload(Product.certificates))
    ).one()
    return row


def exhibitor_page(actor: Actor, exhibitor_id: str, *, today: date) -> ExhibitorPage:
    """Return what the page of an exhibitor shows.

    Raises:
        NotFoundError: there is none, or it is not the actor's to see.
    """
    row = exhibitor_of_staff(actor, exhibitor_id)
    fair = _next_fair(today)
    proposals = _proposals(row)
    paired = {p.first_id for p in proposals} | {p.second_id for p in proposals}
    doubles = [double for double in _doubles(actor, row) if double.id not in paired]
    return ExhibitorPage(
        exhibitor=row,
        next_fair=fair,
        products=tuple(_product(product, today, fair) for product in row.products),
        fairs=tuple(fairs_of(actor, row)),
        proposals=tuple(proposals),
        doubles=tuple(doubles),
    )


def open_proposals(actor: Actor) -> Sequence[MergeProposal]:
    """Return the pairs that wait for a decision, oldest first, with both records."""
    require(actor, Action.MERGE_EXHIBITORS)
    return (
        reader()
        .scalars(
            select(MergeProposal)
            .where(MergeProposal.decided_at.is_(None))
            .options(joinedload(MergeProposal.first), joinedload(MergeProposal.second))
            .order_by(MergeProposal.id)
        )
        .all()
    )


def count_open_proposals() -> int:
    """Return how many pairs wait for a decision."""
    count = select(func.count()).select_from(MergeProposal)
    return reader().scalar(count.where(MergeProposal.decided_at.is_(None))) or 0


def proposal_with_both(actor: Actor, proposal_id: int) -> MergeProposal:
    """Return an open proposal with both records and their products.

    Raises:
        NotFoundError: there is none, or it was decided.
    """
    require(actor, Action.MERGE_EXHIBITORS)
    session = reader()
    row = find(
        session,
        MergeProposal,
        MergeProposal.id == proposal_id,
        MergeProposal.decided_at.is_(None),
    )
    session.scalars(
        select(Exhibitor)
        .where(Exhibitor.id.in_((row.first_id, row.second_id)))
        .options(selectinload(Exhibitor.products).selectinload(Product.certificates))
    ).all()
    return row


def _next_fair(today: date) -> Fair | None:
    statement = (
        select(Fair)
        .where(Fair.status == FairStatus.OPEN, Fair.last_day >= today)
        .order_by(Fair.first_day)
        .limit(1)
    )
    return reader().scalars(statement).one_or_none()


def _product(product: Product, today: date, fair: Fair | None) -> ProductLine:
    lines = [
        CertificateLine(
            certificate,
            certificate_state(certificate.expires_on, revoked=certificate.revoked, on=today),
            certificate_state(certificate.expires_on, revoked=certificate.revoked, on=fair.last_day)
            if fair
            else None,
        )
        for certificate in reversed(product.certificates)
    ]
    return ProductLine(product, tuple(lines))


def fairs_of(actor: Actor, row: Exhibitor) -> list[FairLine]:
    """Return an exhibitor's invitations and applications that the actor may see, by fair."""
    session = reader()
    invitations = session.scalars(
        select(Invitation)
        .where(Invitation.exhibitor_id == row.id, visible_to(actor, Invitation))
        .options(joinedload(Invitation.fair))
    ).all()
    applications = session.scalars(
        select(Application)
        .where(Application.exhibitor_id == row.id, visible_to(actor, Application))
        .options(joinedload(Application.fair))
        .order_by(Application.id)
    ).all()
    fairs = {one.fair_id: one.fair for one in invitations}
    fairs |= {one.fair_id: one.fair for one in applications}
    invited = {invitation.fair_id: invitation for invitation in invitations}
    return [
        FairLine(fair, invited.get(id_), tuple(a for a in applications if a.fair_id == id_))
        for id_, fair in sorted(fairs.items(), key=lambda pair: pair[1].first_day, reverse=True)
    ]


def _proposals(row: Exhibitor) -> Sequence[MergeProposal]:
    concerned = or_(MergeProposal.first_id == row.id, MergeProposal.second_id == row.id)
    return (
        reader()
        .scalars(
            select(MergeProposal)
            .where(concerned, MergeProposal.decided_at.is_(None))
            .options(joinedload(MergeProposal.first), joinedload(MergeProposal.second))
        )
        .all()
    )


def _doubles(actor: Actor, row: Exhibitor) -> Sequence[Exhibitor]:
    """Find records with the same tax code, telephone number, e-mail address or name."""
    signs = [Exhibitor.search_fold == row.search_fold]
    signs += [
        column == value
        for column, value in (
            (Exhibitor.tax_code, row.tax_code),
            (Exhibitor.phone, row.phone),
            (Exhibitor.email, row.email),
        )
        if value
    ]
    statement = (
        select(Exhibitor)
        .where(or_(*signs), Exhibitor.id != row.id, visible_to(actor, Exhibitor))
        .order_by(Exhibitor.sort_key)
        .limit(10)
    )
    return reader().scalars(statement).all()
