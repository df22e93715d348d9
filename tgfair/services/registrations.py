"""The second door: somebody without a record registers, and files an application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import InvalidError
from tgfair.core.phone import normalize_phone
from tgfair.core.taxcode import parse_tax_code
from tgfair.core.vietnamese import check_text, fold, sort_key
from tgfair.documents.reference_data import load_units
from tgfair.models.account import User
from tgfair.models.exhibitor import (
    ContactSource,
    Exhibitor,
    ExhibitorKind,
    MemberRole,
    Membership,
    MergeProposal,
)
from tgfair.models.fair import Fair, IntakeMode
from tgfair.policy import Action, Actor, require
from tgfair.services.application_inputs import check_fair_open
from tgfair.services.applications import draft_for
from tgfair.services.audit import record
from tgfair.services.idempotency import once, remember
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, transaction

MAX_RECORDS = 5
LEAST_LETTERS, MAX_NAME = 3, 200
MAX_PERSON = 120
MAX_ADDRESS = 300


@dataclass(frozen=True)
class NewExhibitor:
    """What somebody says of the own establishment; nothing of it is verified yet."""

    name: str
    kind: str
    representative: str
    phone: str
    address: str
    tax_code: str = ""


def register_and_start(
    actor: Actor, fair_slug: str, data: NewExhibitor, *, key: str, now: datetime
) -> str:
    """Make an unverified record owned by the actor, and a draft; return the draft's code.

    A record that looks like a known one becomes a proposal to merge; it blocks nobody. Who has a
    record of this name goes on with that one.

    Raises:
        NotFoundError: no such fair.
        RegistrationClosedError: the fair takes no applications now.
        InvalidError: with the field that must be mended.
    """
    with transaction() as session:
        require(actor, Action.REGISTER_EXHIBITOR)
        fair = find(session, Fair, Fair.slug == fair_slug)
        replay = once(session, key, {"new": vars(data), "user": actor.user_id}, now=now)
        if replay is not None:
            return str(replay["code"])
        check_fair_open(fair, now=now)
        if fair.intake is not IntakeMode.OPEN:
            raise InvalidError("Sự kiện này theo danh sách mời. Hãy gọi Ban Tổ chức.")
        exhibitor = _own(session, actor, data.name) or _new(session, actor, data, now=now)
        owner = replace(actor, owns=actor.owns | {exhibitor.id})
        code = draft_for(session, owner, fair, exhibitor, now=now).code
        remember(session, key, {"code": code})
        return code


def _own(session: Session, actor: Actor, name: str) -> Exhibitor | None:
    alike = Exhibitor.search_fold == fold(name)[:400], Exhibitor.id.in_(actor.owns)
    return session.scalars(select(Exhibitor).where(*alike).order_by(Exhibitor.id)).first()


def _new(session: Session, actor: Actor, data: NewExhibitor, *, now: datetime) -> Exhibitor:
    if len(actor.owns) >= MAX_RECORDS:
        raise InvalidError(f"Mỗi tài khoản đăng ký tối đa {MAX_RECORDS} cơ sở.")
    user = find(session, User, User.id == (actor.user_id or 0))
    exhibitor = _add(session, user, data, now=now)
    _propose_merges(session, exhibitor, now=now)
    record(session, actor, "exhibitor.registered", exhibitor, now=now)
    return exhibitor


def _add(session: Session, user: User, data: NewExhibitor, *, now: datetime) -> Exhibitor:
    name = _text(data.name, "name", MAX_NAME, "Chưa ghi tên cơ sở")
    if sum(map(str.isalpha, name)) < LEAST_LETTERS:
        raise InvalidError("Hãy ghi tên đầy đủ, như trên biển hiệu.", field="name")
    kind = _kind(data.kind)
    tax = parse_tax_code(data.tax_code, kind=kind) if data.tax_code.strip() else None
    address = _text(data.address, "address", MAX_ADDRESS, "Chưa ghi địa chỉ, xã hoặc phường")
    unit = load_units().match(address)
    exhibitor = Exhibitor(
        public_id=public_id(),
        kind=kind,
        name=name,
        tax_code=tax.value if tax else None,
        tax_code_kind=tax.kind if tax else None,
        representative=_text(
            data.representative, "representative", MAX_PERSON, "Chưa ghi họ tên người đại diện"
        ),
        phone=normalize_phone(data.phone),
        email=user.email,
        address=address,
        unit_old=unit.old,
        unit_new=unit.new,
        contact_source=ContactSource.SELF,
        search_fold=fold(name)[:400],
        sort_key=sort_key(name),
        created_at=now,
    )
    exhibitor.memberships = [
        Membership(user_id=user.id, role=MemberRole.OWNER, valid_from=clock.day_in_vietnam(now))
    ]
    session.add(exhibitor)
    session.flush()
    return exhibitor


def _text(typed: str, field: str, longest: int, missing: str) -> str:
    text = check_text(typed, field=field)
    if not text:
        raise InvalidError(missing, field=field)
    if len(text) > longest:
        raise InvalidError(f"Dài quá {longest} ký tự. Hãy viết ngắn lại.", field=field)
    return text


def _kind(typed: str) -> ExhibitorKind:
    try:
        return ExhibitorKind(typed)
    except ValueError:
        raise InvalidError("Chưa chọn loại hình cơ sở", field="kind") from None


def _propose_merges(session: Session, exhibitor: Exhibitor, *, now: datetime) -> None:
    alike = [Exhibitor.search_fold == exhibitor.search_fold, Exhibitor.phone == exhibitor.phone]
    if exhibitor.tax_code:
        alike.append(Exhibitor.tax_code == exhibitor.tax_code)
    statement = (
        select(Exhibitor)
        .where(Exhibitor.id != exhibitor.id, or_(*alike))
        .order_by(Exhibitor.id)
        .limit(MAX_RECORDS)
    )
    for other in session.scalars(statement).all():
        session.add(
            MergeProposal(
                first_id=other.id,
                second_id=exhibitor.id,
                reason=f"Cơ sở tự đăng ký, {_likeness(other, exhibitor)}",
                created_at=now,
            )
        )


def _likeness(one: Exhibitor, other: Exhibitor) -> str:
    if one.tax_code and one.tax_code == other.tax_code:
        return "trùng mã số thuế"
    return "trùng số điện thoại" if one.phone == other.phone else "trùng tên"
