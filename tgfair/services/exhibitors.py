"""Exhibitor records as the staff keep them: add, correct, verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.email_address import normalize_email
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.phone import parse_phones
from tgfair.core.taxcode import mask_tax_code, parse_tax_code
from tgfair.core.vietnamese import check_text
from tgfair.documents.reference_data import load_units
from tgfair.mail.enqueue import Links
from tgfair.models.exhibitor import ContactSource, Exhibitor, ExhibitorKind
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.exhibitor_names import rename
from tgfair.services.idempotency import once, remember
from tgfair.services.identifiers import public_id
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.uow import check_seen, find, transaction

MAX_OTHER_PHONES = 5
LIMITS = {
    "name": 200,
    "representative": 120,
    "honorific": 8,
    "representative_title": 80,
    "address": 300,
}
CONTACT = ("phone", "other_phones", "email", "representative", "honorific", "representative_title")


@dataclass(frozen=True)
class ExhibitorData:
    """What the form of an exhibitor holds, as typed."""

    name: str
    kind: ExhibitorKind
    tax_code: str = ""
    representative: str = ""
    honorific: str = ""
    representative_title: str = ""
    phones: str = ""
    email: str = ""
    address: str = ""
    unit_new: str = ""


class TaxCodeTakenError(ConflictError):
    """Another verified record has the tax code."""

    code = "tax_code_taken"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def message(self) -> str:
        """Name the other record and say what to do."""
        return (
            f"Mã số thuế này đã thuộc về “{self.name}” (đã xác minh). "
            "Hãy gộp hai hồ sơ, hoặc sửa mã số thuế cho đúng."
        )


def create_exhibitor(actor: Actor, data: ExhibitorData, *, key: str, now: datetime) -> str:
    """Add a record, not verified yet, and return its public id; never refused as a duplicate.

    `key` is the form's idempotency key: the same form again gives the same record.

    Raises:
        InvalidError: a value cannot be used; `field` says which.
    """
    values = _checked(data, known=None)
    with transaction() as session:
        require(actor, Action.EDIT_EXHIBITOR)
        earlier = once(session, key, {"new_exhibitor": str(data), "by": actor.user_id}, now=now)
        if earlier is not None:
            return str(earlier["public_id"])
        row = Exhibitor(
            public_id=public_id(),
            kind=data.kind,
            contact_source=ContactSource.STAFF,
            created_at=now,
        )
        _write(row, values)
        session.add(row)
        record(session, actor, "exhibitor.created", row, now=now)
        remember(session, key, {"public_id": row.public_id})
        return row.public_id


def edit_exhibitor(
    actor: Actor, exhibitor_id: str, data: ExhibitorData, *, seen_version: int, now: datetime
) -> None:
    """Correct a record.

    A new phone number or address is told to the old e-mail address. A tax code shown masked and
    sent back as shown stays as it is.

    Raises:
        InvalidError: a value cannot be used; `field` says which.
        ConflictError: somebody else changed the record meanwhile.
        TaxCodeTakenError: the record is verified and another verified one has the tax code.
    """
    with transaction() as session:
        row = own_exhibitor(session, actor, exhibitor_id, Action.EDIT_EXHIBITOR)
        check_seen(row, seen_version)
        values = _checked(data, known=row)
        changed = sorted(f for f, value in values.items() if getattr(row, f) != value)
        if not changed:
            return
        _tell_old_address(session, row, changed, now=now)
        if "email" in changed:
            row.email_bounced_at = None
        if set(changed) & set(CONTACT):
            row.contact_source = ContactSource.STAFF
        _write(row, values)
        if row.is_verified:
            _check_identity(session, row)
        record(session, actor, "exhibitor.edited", row, now=now, fields=changed)


def verify_exhibitor(actor: Actor, exhibitor_id: str, *, now: datetime) -> None:
    """Mark a record as checked; from now on no other verified record may have its tax code.

    Raises:
        TaxCodeTakenError: another verified record has it.
    """
    with transaction() as session:
        row = own_exhibitor(session, actor, exhibitor_id, Action.EDIT_EXHIBITOR)
        if row.is_verified:
            return
        row.is_verified = True
        _check_identity(session, row)
        record(session, actor, "exhibitor.verified", row, now=now)


def reveal_tax_code(actor: Actor, exhibitor_id: str, *, now: datetime) -> str:
    """Return a tax code in full although it is somebody's personal ID; the reading is audited."""
    with transaction() as session:
        row = own_exhibitor(session, actor, exhibitor_id, Action.EDIT_EXHIBITOR)
        record(session, actor, "exhibitor.tax_code_read", row, now=now)
        return row.tax_code or ""


def own_exhibitor(session: Session, actor: Actor, exhibitor_id: str, action: Action) -> Exhibitor:
    """Return the record for `action`, as it stands now.

    Raises:
        NotFoundError: there is none, or it is not the actor's to see.
        ForbiddenError: the actor may see it but not do this.
    """
    row = find(
        session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
    )
    require(actor, action, row)
    return row


def _checked(data: ExhibitorData, *, known: Exhibitor | None) -> dict[str, str | None]:
    """Return the columns' values, cleaned."""
    texts = {field: _text(getattr(data, field), field) for field in LIMITS}
    if not texts["name"]:
        raise InvalidError("Hãy ghi tên chủ thể.", field="name")
    phones = _phones(data.phones)
    return {
        **texts,
        "kind": data.kind,
        **_tax_code(data, known),
        "phone": phones[0] if phones else None,
        "other_phones": ", ".join(phones[1 : MAX_OTHER_PHONES + 1]) or None,
        "email": _email(data.email),
        **_place(texts["address"], data, known),
    }


def _text(typed: str, field: str) -> str | None:
    text = check_text(typed, field=field)
    if len(text) > LIMITS[field]:
        raise InvalidError(f"Dài quá {LIMITS[field]} chữ. Hãy ghi ngắn hơn.", field=field)
    return text or None


def _tax_code(data: ExhibitorData, known: Exhibitor | None) -> dict[str, str | None]:
    typed = data.tax_code.strip()
    if not typed:
        return {"tax_code": None, "tax_code_kind": None}
    if known is not None and known.tax_code and typed == mask_tax_code(known.tax_code):
        typed = known.tax_code
    code = parse_tax_code(typed, data.kind.value)
    return {"tax_code": code.value, "tax_code_kind": code.kind.value}


def _phones(typed: str) -> list[str]:
    if not typed.strip():
        return []
    try:
        return parse_phones(typed)
    except InvalidError as error:
        raise InvalidError(error.sentence, field="phones") from error


def _email(typed: str) -> str | None:
    return normalize_email(typed) if typed.strip() else None


def _place(
    address: str | None, data: ExhibitorData, known: Exhibitor | None
) -> dict[str, str | None]:
    """Find the commune in the address; the one chosen from the list decides."""
    units = load_units()
    match = units.match(address) if address else None
    chosen = data.unit_new or (match.new if match else None)
    if data.unit_new and units.at(data.unit_new, date.max) is None:
        raise InvalidError("Hãy chọn xã, phường trong danh sách.", field="unit_new")
    if chosen is None and data.kind is not ExhibitorKind.PROVINCE_DELEGATION:
        sentence = "Chưa rõ xã, phường nào trong địa chỉ. Hãy chọn trong danh sách."
        raise InvalidError(sentence, field="unit_new")
    old = match.old if match and match.new == chosen else None
    if old is None and known is not None and known.unit_new == chosen:
        old = known.unit_old
    return {"address": address, "unit_new": chosen, "unit_old": old}


def _write(row: Exhibitor, values: dict[str, str | None]) -> None:
    for field, value in values.items():
        if field == "name":
            if row.name != value:
                rename(row, str(value))
        elif getattr(row, field) != value:
            setattr(row, field, value)


def _tell_old_address(
    session: Session, row: Exhibitor, changed: list[str], *, now: datetime
) -> None:
    """Tell the subject that its contact was changed, as when it changes it itself."""
    for field in ("email", "phone"):
        if field in changed and row.email:
            notify_exhibitor(
                session,
                "contact_changed",
                row,
                dedupe=f"staff:{row.public_id}:{row.version}:{field}",
                now=now,
                links=Links(),
                field=field,
            )


def _check_identity(session: Session, row: Exhibitor) -> None:
    """Refuse two verified records with one tax code; the index judges those that come at once."""
    if row.tax_code is None:
        return
    with session.no_autoflush:
        other = session.scalar(
            select(Exhibitor.name).where(
                Exhibitor.tax_code == row.tax_code, Exhibitor.is_verified, Exhibitor.id != row.id
            )
        )
    if other is not None:
        raise TaxCodeTakenError(other)
    try:
        session.flush()
    except IntegrityError as error:
        raise TaxCodeTakenError("một chủ thể khác") from error
