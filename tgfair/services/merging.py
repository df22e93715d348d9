"""Two records that are one subject: propose, keep apart, merge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, InvalidError, NotFoundError
from tgfair.core.vietnamese import spelling_key
from tgfair.core.workflow import LIVE
from tgfair.models.account import OneTimeCode
from tgfair.models.application import Application, ApplicationProduct
from tgfair.models.attachment import Attachment
from tgfair.models.badge import Badge
from tgfair.models.consent import Consent
from tgfair.models.exhibitor import Exhibitor, MemberRole, MergeProposal
from tgfair.models.fair import FairStatus
from tgfair.models.invitation import Invitation
from tgfair.models.outbox import Message
from tgfair.models.product import Product
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.exhibitor_names import rename
from tgfair.services.exhibitors import own_exhibitor
from tgfair.services.uow import find, transaction

# Values that a person may choose from either record.
CHOICES: Final = (
    "name",
    "kind",
    "tax_code",
    "representative",
    "phone",
    "other_phones",
    "email",
    "address",
)
# What goes with a chosen value.
_COMPANIONS: Final = {
    "tax_code": ("tax_code_kind",),
    "representative": ("honorific", "representative_title"),
    "address": ("unit_old", "unit_new"),
}
_CONTACT: Final = ("phone", "other_phones", "email")
_UPCOMING: Final = (FairStatus.DRAFT, FairStatus.OPEN)


class BothInFairError(ConflictError):
    """Both records take part in the same fair."""

    code = "both_in_fair"

    def __init__(self, fair: str, what: str) -> None:
        super().__init__(fair, what)
        self.fair = fair
        self.what = what

    def message(self) -> str:
        """Name the fair and say what to end first."""
        if self.what == "application":
            return (
                f"Cả hai đều có hồ sơ đang xử lý ở “{self.fair}”. "
                "Hãy để một hồ sơ rút hoặc hủy trước, rồi gộp."
            )
        return (
            f"Cả hai đều đang được mời đến “{self.fair}”. Hãy thu hồi một giấy mời trước, rồi gộp."
        )


def propose_merge(actor: Actor, first_id: str, second_id: str, *, now: datetime) -> int:
    """Note that two records (public ids) may be one subject; return the proposal's id.

    A pair that was kept apart before is open again.

    Raises:
        InvalidError: it is one and the same record.
    """
    with transaction() as session:
        first = own_exhibitor(session, actor, first_id, Action.MERGE_EXHIBITORS)
        second = own_exhibitor(session, actor, second_id, Action.MERGE_EXHIBITORS)
        if first.id == second.id:
            raise InvalidError("Đây là cùng một hồ sơ.")
        proposal = session.scalars(_pair(first.id, second.id)).first()
        if proposal is None:
            reason = f"{actor.label} đề nghị gộp."[:300]
            proposal = MergeProposal(
                first_id=first.id, second_id=second.id, reason=reason, created_at=now
            )
            session.add(proposal)
        proposal.decided_at = proposal.decided_by_id = proposal.merged = None
        session.flush()
        return proposal.id


def _pair(first: int, second: int) -> Any:
    return select(MergeProposal).where(
        MergeProposal.first_id.in_((first, second)), MergeProposal.second_id.in_((first, second))
    )


def keep_apart(actor: Actor, proposal_id: int, *, now: datetime) -> None:
    """Decide that two records are two subjects; imports do not propose the pair again."""
    with transaction() as session:
        proposal = _open_proposal(session, actor, proposal_id)
        proposal.decided_at, proposal.decided_by_id = now, actor.user_id
        proposal.merged = False
        record(session, actor, "exhibitor.kept_apart", proposal, now=now)


def merge_exhibitors(
    actor: Actor,
    proposal_id: int,
    *,
    keep: str,
    take: Collection[str] = (),
    people: Collection[int],
    seen: Sequence[int],
    now: datetime,
) -> str:
    """Make one record of two and return its public id.

    The record `keep` (public id) stays; the fields in `take` (of `CHOICES`), and whatever it lacks,
    come from the other one, with its products, certificates, invitations and applications. Of the
    members of both, those in `people` (membership ids) act for it; nobody else does. `seen` are the
    versions of first and second record on the page.

    Raises:
        BothInFairError: both have a live application or invitation in one fair; nothing changed.
        ConflictError: somebody changed one of the records meanwhile.
    """
    with transaction() as session:
        proposal = _open_proposal(session, actor, proposal_id)
        pair = proposal.first, proposal.second
        for row in pair:
            require(actor, Action.MERGE_EXHIBITORS, row)
        if [row.version for row in pair] != list(seen):
            raise ConflictError
        kept = next((row for row in pair if row.public_id == keep), None)
        if kept is None:
            raise NotFoundError
        gone = pair[1] if kept is pair[0] else pair[0]
        _refuse_both_in_fair(session, kept, gone)
        values = _chosen(kept, gone, take) | _contact_left_out(kept, gone, take, people)
        left = _end_memberships((kept, gone), people)
        _move(session, kept, gone)
        old = gone.public_id
        session.delete(gone)
        session.flush()
        _write(kept, values)
        record(session, actor, "exhibitor.merged", kept, now=now, merged=old, left=left)
        return kept.public_id


def _open_proposal(session: Session, actor: Actor, proposal_id: int) -> MergeProposal:
    require(actor, Action.MERGE_EXHIBITORS)
    return find(
        session,
        MergeProposal,
        MergeProposal.id == proposal_id,
        MergeProposal.decided_at.is_(None),
    )


def _refuse_both_in_fair(session: Session, kept: Exhibitor, gone: Exhibitor) -> None:
    live = select(Application).where(Application.state.in_(LIVE))
    taking_part: dict[int, int] = {}
    for application in session.scalars(
        live.where(Application.exhibitor_id.in_((kept.id, gone.id)))
    ):
        other = taking_part.setdefault(application.fair_id, application.exhibitor_id)
        if other != application.exhibitor_id:
            raise BothInFairError(application.fair.name, "application")
    for first, second in _double_invitations(session, kept, gone):
        if first.fair.status in _UPCOMING and not (first.revoked_at or second.revoked_at):
            raise BothInFairError(first.fair.name, "invitation")


def _double_invitations(
    session: Session, kept: Exhibitor, gone: Exhibitor
) -> list[tuple[Invitation, Invitation]]:
    """Return (of `kept`, of `gone`) for each fair that both were invited to."""
    rows = session.scalars(
        select(Invitation).where(Invitation.exhibitor_id.in_((kept.id, gone.id)))
    ).all()
    own = {row.fair_id: row for row in rows if row.exhibitor_id == kept.id}
    others = [row for row in rows if row.exhibitor_id == gone.id and row.fair_id in own]
    return [(own[row.fair_id], row) for row in others]


def _chosen(kept: Exhibitor, gone: Exhibitor, take: Collection[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in CHOICES:
        wanted = field in take or getattr(kept, field) is None
        if wanted and getattr(gone, field) is not None:
            for name in (field, *_COMPANIONS.get(field, ())):
                values[name] = getattr(gone, name)
    values["is_verified"] = kept.is_verified or gone.is_verified
    values["in_register"] = kept.in_register or gone.in_register
    values["register_ref"] = kept.register_ref or gone.register_ref
    return values


def is_stranger(row: Exhibitor, other: Exhibitor) -> bool:
    """Return whether only `other` was verified or is in the register; anybody may use its name."""
    return (other.is_verified or other.in_register) and not (row.is_verified or row.in_register)


def _contact_left_out(
    kept: Exhibitor, gone: Exhibitor, take: Collection[str], people: Collection[int]
) -> dict[str, Any]:
    """Keep the contact of people who stay out off the record: its holder is let in as its owner.

    What an officer chose of two contacts stands.
    """
    values: dict[str, Any] = {}
    for row, other in ((kept, gone), (gone, kept)):
        stays = any(membership.id in people for membership in row.memberships)
        if is_stranger(row, other) and row.memberships and not stays:
            for field in _CONTACT:
                if field not in take and getattr(other, field) is None:
                    values[field] = None
    return values


def _end_memberships(rows: Sequence[Exhibitor], people: Collection[int]) -> list[int]:
    """Take everybody else out; return their user ids."""
    left = []
    for row in rows:
        for membership in list(row.memberships):
            if membership.id not in people:
                row.memberships.remove(membership)
                left.append(membership.user_id)
    return left


def _write(row: Exhibitor, values: dict[str, Any]) -> None:
    for field, value in values.items():
        if field == "name":
            rename(row, value)
        else:
            setattr(row, field, value)


def _move(session: Session, kept: Exhibitor, gone: Exhibitor) -> None:
    """Hand over everything that hangs on the record that goes."""
    renamed = _move_products(session, kept, gone)
    _move_memberships(kept, gone)
    _move_invitations(session, kept, gone)
    for application in session.scalars(
        select(Application).where(Application.exhibitor_id == gone.id)
    ):
        application.exhibitor_id = kept.id
        application.answers = _with_products(application.answers, renamed)
    session.flush()
    for table in (Message, Consent, OneTimeCode):
        session.execute(
            update(table).where(table.exhibitor_id == gone.id).values(exhibitor_id=kept.id)
        )
    _move_proposals(session, kept, gone)
    session.flush()
    session.expire(gone)


def _with_products(answers: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """Let a draft's ticks name the products that stay."""
    step = answers.get("products")
    ticked = step.get("product") if isinstance(step, dict) else None
    if not isinstance(step, dict) or not isinstance(ticked, list) or not renamed:
        return answers
    kept = list(dict.fromkeys(renamed.get(str(key), key) for key in ticked))
    return {**answers, "products": {**step, "product": kept}}


def _move_products(session: Session, kept: Exhibitor, gone: Exhibitor) -> dict[str, str]:
    """Move products; one that both have is joined. Returns old -> new public id of the joined."""
    own = {spelling_key(product.name): product for product in kept.products}
    renamed: dict[str, str] = {}
    for product in list(gone.products):
        same = own.get(spelling_key(product.name))
        if same is None:
            product.exhibitor = kept
            continue
        _join_products(session, same, product)
        renamed[product.public_id] = same.public_id
    session.flush()
    return renamed


def _join_products(session: Session, same: Product, other: Product) -> None:
    known = {certificate.decision_no for certificate in same.certificates}
    for certificate in list(other.certificates):
        if certificate.decision_no not in known:
            certificate.product = same
    for field in ("group", "set", "note"):
        if getattr(same, field) is None:
            setattr(same, field, getattr(other, field))
    same.in_register = same.in_register or other.in_register
    session.flush()
    for table in (ApplicationProduct, Attachment):
        session.execute(
            update(table).where(table.product_id == other.id).values(product_id=same.id)
        )


def _move_memberships(kept: Exhibitor, gone: Exhibitor) -> None:
    own = {membership.user_id: membership for membership in kept.memberships}
    for membership in list(gone.memberships):
        same = own.get(membership.user_id)
        if same is None:
            membership.exhibitor = kept
        elif membership.role is MemberRole.OWNER:
            same.role = MemberRole.OWNER


def _move_invitations(session: Session, kept: Exhibitor, gone: Exhibitor) -> None:
    """Move invitations; of two to one fair the better one stays, with all that hangs on both."""
    for own, other in _double_invitations(session, kept, gone):
        stays, goes = (own, other) if _worth(own) >= _worth(other) else (other, own)
        for table in (Message, Badge):
            session.execute(
                update(table).where(table.invitation_id == goes.id).values(invitation_id=stays.id)
            )
        session.delete(goes)
    session.flush()
    session.execute(
        update(Invitation).where(Invitation.exhibitor_id == gone.id).values(exhibitor_id=kept.id)
    )


def _worth(invitation: Invitation) -> tuple[bool, bool]:
    return invitation.revoked_at is None, invitation.answered_at is not None


def _move_proposals(session: Session, kept: Exhibitor, gone: Exhibitor) -> None:
    """Let other open proposals speak of the record that stays; this pair's own goes."""
    concerned = select(MergeProposal).where(
        or_(MergeProposal.first_id == gone.id, MergeProposal.second_id == gone.id)
    )
    for proposal in session.scalars(concerned).all():
        other = proposal.second_id if proposal.first_id == gone.id else proposal.first_id
        if other != kept.id and session.scalars(_pair(kept.id, other)).first() is None:
            proposal.first_id, proposal.second_id = kept.id, other
        else:
            session.delete(proposal)
        session.flush()
