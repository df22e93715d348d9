"""The rows behind an import: read what is known, write what a register changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from tgfair.core.register.certificates import CertificateChange
from tgfair.core.register.changes import (
    ProductChange,
    RegisterChanges,
    SubjectChange,
    subject_values,
)
from tgfair.core.register.known import KnownCertificate, KnownExhibitor, KnownProduct
from tgfair.core.vietnamese import fold, spelling_key
from tgfair.models.exhibitor import ContactSource, Exhibitor, MergeProposal
from tgfair.models.product import Certificate, Product
from tgfair.services.exhibitor_names import rename
from tgfair.services.identifiers import public_id

_NUMBERED = re.compile(r"S(\d+)")
SAME_NAME = "Trùng tên và điện thoại trong sổ chủ thể."
SAME_TAX_CODE = "Trùng mã số thuế với cơ sở tự đăng ký."


@dataclass(frozen=True)
class Stored:
    """All exhibitors that a register may speak of, as rows and as plain copies."""

    rows: Mapping[int, Exhibitor]
    known: tuple[KnownExhibitor, ...]


def load_known(session: Session) -> Stored:
    """Read every exhibitor with products and certificates.

    Left out is what somebody registered alone and nobody checked: a typed tax code proves
    nothing, so such a record is proposed for merging and not taken for the register's subject.
    """
    exhibitors = session.scalars(
        select(Exhibitor)
        .where(or_(Exhibitor.in_register, Exhibitor.is_verified, ~_registered_alone()))
        .options(selectinload(Exhibitor.products).selectinload(Product.certificates))
        .order_by(Exhibitor.is_verified.desc(), Exhibitor.id)
    ).all()
    return Stored({row.id: row for row in exhibitors}, tuple(_known(row) for row in exhibitors))


def _registered_alone() -> Any:
    return Exhibitor.contact_source == ContactSource.SELF


def _known(row: Exhibitor) -> KnownExhibitor:
    others = [number for number in (row.other_phones or "").split(", ") if number]
    return KnownExhibitor(
        id=row.id,
        name=row.name,
        kind=row.kind.value,
        tax_code=row.tax_code,
        tax_code_kind=row.tax_code_kind,
        representative=row.representative,
        honorific=row.honorific,
        representative_title=row.representative_title,
        phones=tuple([row.phone, *others] if row.phone else others),
        email=row.email,
        address=row.address,
        unit_old=row.unit_old,
        unit_new=row.unit_new,
        contact_is_own=row.contact_source == ContactSource.SELF,
        in_register=row.in_register and row.register_ref is not None,
        products=tuple(_known_product(product) for product in row.products),
    )


def _known_product(row: Product) -> KnownProduct:
    return KnownProduct(
        id=row.id,
        name=row.name,
        group=row.group,
        set=row.set,
        note=row.note,
        in_register=row.in_register,
        certificates=tuple(
            KnownCertificate(
                id=c.id,
                stars=c.stars,
                decision_no=c.decision_no,
                issuer=c.issuer,
                issuer_level=c.issuer_level,
                issued_on=c.issued_on,
                issued_precision=c.issued_precision,
                expires_on=c.expires_on,
                expires_from=c.expires_from,
                revoked=c.revoked,
            )
            for c in row.certificates
        ),
    )


def new_refs(session: Session, changes: RegisterChanges) -> dict[str, str]:
    """Return the register ids of all its subjects: those stored, and the next free ones.

    The first import of a register numbers its subjects as they come; a possible duplicate is
    called after the subject it may be and its row.
    """
    stored = {
        id_: ref
        for id_, ref in session.execute(
            select(Exhibitor.id, Exhibitor.register_ref).where(Exhibitor.register_ref.is_not(None))
        )
        if ref
    }
    taken = set(stored.values())
    numbers = (int(m[1]) for ref in taken if (m := _NUMBERED.fullmatch(ref)))
    last = max(numbers, default=0)
    refs = {subject: stored[id_] for subject, id_ in changes.matches.items() if id_ in stored}
    apart = {own: of for of, own in changes.proposals}
    for change in changes.subjects:
        own = change.subject.id
        if own in refs:
            continue
        ref = f"{refs[apart[own]]}-{change.subject.rows[0][0]}" if own in apart else ""
        if not ref or ref in taken:
            last += 1
            ref = f"S{last:03d}"
        refs[own] = ref
        taken.add(ref)
    return refs


def write_changes(
    session: Session, stored: Stored, changes: RegisterChanges, *, now: datetime
) -> None:
    """Write everything that differs; what does not differ is not touched."""
    refs = new_refs(session, changes)
    rows: dict[str, Exhibitor] = {id_: stored.rows[at] for id_, at in changes.matches.items()}
    verified = {row.tax_code for row in stored.rows.values() if row.is_verified and row.tax_code}
    for change in changes.subjects:
        own = change.subject.id
        if change.known is None:
            rows[own] = _add_exhibitor(session, change, now=now)
        _write_subject(rows[own], change, refs[own], verified)
        _write_products(rows[own], change.products, now=now)
    session.flush()
    pairs = {(rows[of].id, rows[own].id): SAME_NAME for of, own in changes.proposals}
    pairs |= dict.fromkeys(_hints(session, rows.values()), SAME_TAX_CODE)
    add_proposals(session, pairs, now=now)


def _add_exhibitor(session: Session, change: SubjectChange, *, now: datetime) -> Exhibitor:
    values = subject_values(change.subject)
    row = Exhibitor(
        public_id=public_id(),
        **{field: value for field, value in values.items() if field != "name"},
        # Who may be somebody else is nobody in particular yet.
        is_verified=change.subject.possible_duplicate_of is None,
        created_at=now,
        products=[],
    )
    rename(row, change.subject.name)
    session.add(row)
    return row


def _write_subject(
    row: Exhibitor, change: SubjectChange, ref: str, verified: Collection[str]
) -> None:
    for field in change.written:
        if field.field == "name":
            rename(row, str(field.new))
        else:
            setattr(row, field.field, field.new)
        if field.field == "email":
            row.email_bounced_at = None
    if not row.in_register:
        row.in_register = True
        if change.known is not None and row.tax_code not in verified:
            row.is_verified = True
    if row.register_ref is None:
        row.register_ref = ref


def _write_products(
    exhibitor: Exhibitor, changes: Sequence[ProductChange], *, now: datetime
) -> None:
    stored = {product.id: product for product in exhibitor.products}
    added: dict[str, Product] = {}
    for change in changes:
        key = spelling_key(change.row.name)
        product = stored[change.known.id] if change.known else added.get(key)
        if product is None:
            product = added[key] = _new_product(change, now=now)
            exhibitor.products.append(product)
        for field in change.fields:
            setattr(product, field.field, field.new)
        if not product.in_register:
            product.in_register = True
        if change.certificate:
            _write_certificate(product, change.certificate)


def _new_product(change: ProductChange, *, now: datetime) -> Product:
    row = change.row
    return Product(
        public_id=public_id(),
        name=row.name,
        group=row.group,
        set=row.set,
        note=row.note,
        search_fold=fold(row.name)[:400],
        created_at=now,
        certificates=[],
    )


def _write_certificate(product: Product, change: CertificateChange) -> None:
    values = {field.field: field.new for field in change.fields}
    if change.known is None:
        product.certificates.append(Certificate(**values))
        return
    row = next(c for c in product.certificates if c.id == change.known.id)
    for field, value in values.items():
        setattr(row, field, value)


def _hints(session: Session, rows: Iterable[Exhibitor]) -> Iterator[tuple[int, int]]:
    """Pair the subjects with those that registered alone under the same tax code."""
    by_code = {row.tax_code: row.id for row in rows if row.tax_code}
    alone = select(Exhibitor.id, Exhibitor.tax_code).where(
        Exhibitor.tax_code.is_not(None), ~Exhibitor.in_register, ~Exhibitor.is_verified
    )
    for other, code in session.execute(alone):
        if code and by_code.get(code, other) != other:
            yield by_code[code], other


def add_proposals(session: Session, pairs: Mapping[tuple[int, int], str], *, now: datetime) -> None:
    """Propose pairs for merging, once: what a person decided is not asked again."""
    asked = {
        frozenset(pair)
        for pair in session.execute(select(MergeProposal.first_id, MergeProposal.second_id))
    }
    for (first, second), reason in pairs.items():
        if first != second and frozenset((first, second)) not in asked:
            asked.add(frozenset((first, second)))
            session.add(
                MergeProposal(first_id=first, second_id=second, reason=reason, created_at=now)
            )
