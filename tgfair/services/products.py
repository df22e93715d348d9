"""Products and certificates as the staff keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tgfair.core.certificate import add_months, expiry_of
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.vietnamese import check_text, fold
from tgfair.documents.reference_data import load_taxonomy
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, Actor
from tgfair.services.audit import record
from tgfair.services.exhibitors import own_exhibitor
from tgfair.services.idempotency import once, remember
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, transaction

STARS = frozenset({3, 4, 5})
MAX_NAME, MAX_NOTE, MAX_DECISION, MAX_ISSUER = 200, 400, 60, 120
ISSUER_LEVELS = {
    "commune": "Cấp xã",
    "district": "Cấp huyện",
    "province": "Cấp tỉnh",
    "central": "Cấp trung ương",
}


@dataclass(frozen=True)
class ProductData:
    """What the form of a product holds; `group` and `set` are keys of the taxonomy."""

    name: str
    group: str = ""
    set: str = ""
    note: str = ""


@dataclass(frozen=True)
class CertificateData:
    """What the form of a certificate holds; without `expires_on` it lasts 36 months."""

    stars: int | None
    decision_no: str = ""
    issuer: str = ""
    issuer_level: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


def save_product(
    actor: Actor,
    exhibitor_id: str,
    product_id: str | None,
    data: ProductData,
    *,
    key: str = "",
    now: datetime,
) -> str:
    """Add a product (`product_id` None) or change one; return its public id.

    `key` is the idempotency key of the form for a new one.

    Raises:
        InvalidError: a value cannot be used; `field` says which.
    """
    name = check_text(data.name, field="name")
    if not name or len(name) > MAX_NAME:
        raise InvalidError("Hãy ghi tên sản phẩm, dài nhất 200 chữ.", field="name")
    group, chosen_set = _group(data)
    note = check_text(data.note, field="note")[:MAX_NOTE] or None
    with transaction() as session:
        exhibitor = own_exhibitor(session, actor, exhibitor_id, Action.EDIT_EXHIBITOR)
        if product_id is None:
            body = {"new_product": str(data), "of": exhibitor.id, "by": actor.user_id}
            if (earlier := once(session, key, body, now=now)) is not None:
                return str(earlier["public_id"])
            row = Product(public_id=public_id(), exhibitor=exhibitor, created_at=now)
        else:
            row = _product(session, exhibitor, product_id)
        row.name, row.group, row.set, row.note = name, group, chosen_set, note
        row.search_fold = fold(name)[:400]
        session.add(row)
        record(session, actor, "product.saved", row, now=now)
        if product_id is None:
            remember(session, key, {"public_id": row.public_id})
        return row.public_id


def _group(data: ProductData) -> tuple[str | None, str | None]:
    taxonomy = load_taxonomy()
    if data.group and data.group not in taxonomy.groups:
        raise InvalidError("Hãy chọn nhóm trong danh sách.", field="group")
    sets = {one.key: one.group for one in taxonomy.sets}
    if data.set and sets.get(data.set) != data.group:
        raise InvalidError("Phân nhóm này không thuộc nhóm đã chọn.", field="set")
    return data.group or None, data.set or None


def save_certificate(
    actor: Actor,
    exhibitor_id: str,
    product_id: str,
    certificate_id: int | None,
    data: CertificateData,
    *,
    key: str = "",
    now: datetime,
) -> None:
    """Add a certificate (`certificate_id` None) or change one; the last day is computed if empty.

    `key` is the idempotency key of the form for a new one.

    Raises:
        InvalidError: a value cannot be used; `field` says which.
    """
    values = _certificate_values(data)
    with transaction() as session:
        body = {"new_certificate": str(data), "of": product_id, "by": actor.user_id}
        if certificate_id is None and once(session, key, body, now=now) is not None:
            return
        row = _certificate(session, actor, exhibitor_id, product_id, certificate_id)
        for field, value in values.items():
            setattr(row, field, value)
        session.add(row)
        record(session, actor, "certificate.saved", row, now=now, product=product_id)


def set_certificate_revoked(
    actor: Actor,
    exhibitor_id: str,
    product_id: str,
    certificate_id: int,
    *,
    revoked: bool,
    now: datetime,
) -> None:
    """Mark a certificate as revoked by its issuer, or as in force again."""
    with transaction() as session:
        row = _certificate(session, actor, exhibitor_id, product_id, certificate_id)
        row.revoked = revoked
        action = "certificate.revoked" if revoked else "certificate.reinstated"
        record(session, actor, action, row, now=now, product=product_id)


def _certificate_values(data: CertificateData) -> dict[str, str | int | date | None]:
    if data.stars not in STARS:
        raise InvalidError("Hạng sao OCOP chỉ có 3, 4 hoặc 5 sao.", field="stars")
    if data.issuer_level and data.issuer_level not in ISSUER_LEVELS:
        raise InvalidError("Hãy chọn cấp công nhận trong danh sách.", field="issuer_level")
    expires_on, came_from = _expiry(data)
    return {
        "stars": data.stars,
        "decision_no": check_text(data.decision_no, field="decision_no")[:MAX_DECISION] or None,
        "issuer": check_text(data.issuer, field="issuer")[:MAX_ISSUER] or None,
        "issuer_level": data.issuer_level or None,
        "issued_on": data.issued_on,
        "issued_precision": "day" if data.issued_on else None,
        "expires_on": expires_on,
        "expires_from": came_from,
    }


def _expiry(data: CertificateData) -> tuple[date | None, str | None]:
    issued, expires = data.issued_on, data.expires_on
    if expires is None:
        return (expiry_of(issued), "computed") if issued else (None, None)
    if issued and expires < issued:
        raise InvalidError("Ngày hết hạn phải sau ngày cấp.", field="expires_on")
    if issued and expires > add_months(issued, 36):
        sentence = "Giấy chứng nhận chỉ có hiệu lực 36 tháng từ ngày cấp."
        raise InvalidError(sentence, field="expires_on")
    return expires, "cell"


def _product(session: Session, exhibitor: Exhibitor, product_id: str) -> Product:
    return find(
        session,
        Product,
        Product.public_id == product_id,
        Product.exhibitor_id == exhibitor.id,
    )


def _certificate(
    session: Session,
    actor: Actor,
    exhibitor_id: str,
    product_id: str,
    certificate_id: int | None,
) -> Certificate:
    exhibitor = own_exhibitor(session, actor, exhibitor_id, Action.EDIT_EXHIBITOR)
    product = _product(session, exhibitor, product_id)
    if certificate_id is None:
        return Certificate(product=product)
    row = session.get(Certificate, certificate_id)
    if row is None or row.product_id != product.id:
        raise NotFoundError
    return row
