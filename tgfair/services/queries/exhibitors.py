"""Reads of the directory of exhibitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from tgfair.core.certificate import EXPIRING_WITHIN_DAYS, certificate_state
from tgfair.core.taxcode import mask_tax_code
from tgfair.core.vietnamese import fold, sort_key
from tgfair.documents.reference_data import load_taxonomy, load_units
from tgfair.documents.spreadsheet_out import Column, Row, table_xlsx
from tgfair.models.exhibitor import Exhibitor, ExhibitorKind
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.uow import reader

PAGE_SIZE = 50
MAX_QUERY = 100
WITHOUT = {"email": Exhibitor.email, "phone": Exhibitor.phone}


@dataclass(frozen=True)
class ExhibitorFilter:
    """What the directory is narrowed to; empty texts narrow nothing.

    `certificate` is a state on today (valid, expiring, expired, revoked, none), `missing` email,
    phone, commune or verification.
    """

    q: str = ""
    commune: str = ""
    kind: str = ""
    group: str = ""
    stars: str = ""
    certificate: str = ""
    missing: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return self == ExhibitorFilter()


def directory(
    actor: Actor, wanted: ExhibitorFilter, *, today: date, offset: int = 0
) -> tuple[Sequence[Exhibitor], int]:
    """Return one page of exhibitors in the order of the Vietnamese alphabet, and the whole count.

    Products and certificates are loaded.
    """
    require(actor, Action.LIST_EXHIBITORS)
    where = _where(actor, wanted, today)
    session = reader()
    total = session.scalar(select(func.count()).select_from(Exhibitor).where(where)) or 0
    rows = session.scalars(_rows(where).offset(offset).limit(PAGE_SIZE)).all()
    return rows, total


def directory_counts(actor: Actor, *, today: date) -> dict[str, int]:
    """Return how many exhibitors there are in all, and with each thing to mend."""
    require(actor, Action.LIST_EXHIBITORS)
    filters = {
        "all": ExhibitorFilter(),
        "email": ExhibitorFilter(missing="email"),
        "phone": ExhibitorFilter(missing="phone"),
        "commune": ExhibitorFilter(missing="commune"),
        "verification": ExhibitorFilter(missing="verification"),
        "expiring": ExhibitorFilter(certificate="expiring"),
        "expired": ExhibitorFilter(certificate="expired"),
    }
    columns = [
        func.count().filter(_where(actor, wanted, today)).label(name)
        for name, wanted in filters.items()
    ]
    row = reader().execute(select(*columns).select_from(Exhibitor)).one()
    return {name: int(getattr(row, name)) for name in filters}


def communes_of(actor: Actor) -> list[tuple[str, str]]:
    """Return today's communes that have exhibitors, as (code, name), by name."""
    require(actor, Action.LIST_EXHIBITORS)
    codes = reader().scalars(
        select(Exhibitor.unit_new)
        .where(Exhibitor.unit_new.is_not(None), visible_to(actor, Exhibitor))
        .distinct()
    )
    units = load_units()
    found = [(code, unit.name) for code in codes if code and (unit := units.at(code, date.max))]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def all_communes() -> list[tuple[str, str]]:
    """Return today's communes of the province, as (code, name), by name."""
    found = [
        (unit.code, unit.name)
        for unit in load_units().units
        if unit.valid_to is None and unit.kind in {"ward", "commune", "township"}
    ]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def exhibitors_xlsx(actor: Actor, wanted: ExhibitorFilter, *, today: date) -> bytes:
    """Return the filtered directory as a workbook, one row a certificate; personal IDs masked."""
    require(actor, Action.LIST_EXHIBITORS)
    rows = reader().scalars(_rows(_where(actor, wanted, today))).all()
    lines = [line for row in rows for line in _lines(row, today)]
    return table_xlsx("Danh sách chủ thể OCOP", [Column(title) for title in COLUMNS], lines)


COLUMNS = (
    "Tên chủ thể",
    "Loại hình",
    "Mã số thuế",
    "Người đại diện",
    "Điện thoại",
    "Thư điện tử",
    "Địa chỉ",
    "Xã, phường",
    "Tên sản phẩm",
    "Nhóm sản phẩm",
    "Hạng sao",
    "Số quyết định",
    "Ngày cấp",
    "Ngày hết hạn",
    "Tình trạng",
    "Ghi chú",
)
KINDS = {
    ExhibitorKind.COOPERATIVE: "Hợp tác xã",
    ExhibitorKind.COOP_UNION: "Liên hiệp hợp tác xã",
    ExhibitorKind.COOP_GROUP: "Tổ hợp tác",
    ExhibitorKind.COMPANY: "Doanh nghiệp",
    ExhibitorKind.HOUSEHOLD_BUSINESS: "Hộ kinh doanh",
    ExhibitorKind.PRODUCER_HOUSEHOLD: "Cơ sở sản xuất",
    ExhibitorKind.FARM: "Trang trại",
    ExhibitorKind.ASSOCIATION: "Hội",
    ExhibitorKind.PUBLIC_UNIT: "Đơn vị sự nghiệp",
    ExhibitorKind.PROVINCE_DELEGATION: "Đoàn tỉnh bạn",
    ExhibitorKind.OTHER: "Khác",
}
STATES = {
    "valid": "Còn hiệu lực",
    "expiring": "Sắp hết hạn",
    "expired": "Hết hạn",
    "revoked": "Đã thu hồi",
}


def _rows(where: ColumnElement[bool]) -> Any:
    return (
        select(Exhibitor)
        .where(where)
        .options(selectinload(Exhibitor.products).selectinload(Product.certificates))
        .order_by(Exhibitor.sort_key, Exhibitor.id)
    )


def _lines(row: Exhibitor, today: date) -> list[Row]:
    units = load_units()
    unit = units.at(row.unit_new, date.max) if row.unit_new else None
    subject = [
        row.name,
        KINDS[row.kind],
        mask_tax_code(row.tax_code) if row.tax_code else None,
        " ".join(filter(None, (row.honorific, row.representative))) or None,
        ", ".join(filter(None, (_local(row.phone), _local(row.other_phones)))) or None,
        row.email,
        row.address,
        unit.name if unit else None,
    ]
    held = [(product, one) for product in row.products for one in _certificates(product)]
    lines: list[Row] = [[*subject, *_product_cells(*pair, today)] for pair in held]
    return lines or [subject]


def _certificates(product: Product) -> list[Certificate | None]:
    return [*product.certificates] or [None]


def _local(phones: str | None) -> str | None:
    return phones.replace("+84", "0") if phones else None


def _product_cells(product: Product, certificate: Certificate | None, today: date) -> Row:
    group = load_taxonomy().groups.get(product.group or "")
    if certificate is None:
        return [product.name, group, None, None, None, None, None, product.note]
    state = certificate_state(certificate.expires_on, revoked=certificate.revoked, on=today)
    return [
        product.name,
        group,
        certificate.stars,
        certificate.decision_no,
        certificate.issued_on,
        certificate.expires_on,
        STATES[state] if state else None,
        product.note,
    ]


def _where(actor: Actor, wanted: ExhibitorFilter, today: date) -> ColumnElement[bool]:
    parts = [visible_to(actor, Exhibitor), *_subject_parts(wanted), *_search(wanted.q)]
    of_product: list[ColumnElement[bool]] = []
    if wanted.group:
        of_product.append(Product.group == wanted.group)
    if wanted.stars.isascii() and wanted.stars.isdigit():
        of_product.append(Product.certificates.any(Certificate.stars == int(wanted.stars[:2])))
    if wanted.certificate in {"valid", "expiring", "expired", "revoked"}:
        in_state = _in_state(wanted.certificate, today)
        of_product.append(Product.certificates.any(in_state))
    if of_product:
        parts.append(exists().where(Product.exhibitor_id == Exhibitor.id, *of_product))
    if wanted.certificate == "none":
        held = Product.certificates.any()
        parts.append(~exists().where(Product.exhibitor_id == Exhibitor.id, held))
    return and_(*parts)


def _subject_parts(wanted: ExhibitorFilter) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if wanted.commune:
        parts.append(Exhibitor.unit_new == wanted.commune)
    if wanted.kind in set(ExhibitorKind):
        parts.append(Exhibitor.kind == ExhibitorKind(wanted.kind))
    if wanted.missing in WITHOUT:
        parts.append(WITHOUT[wanted.missing].is_(None))
    if wanted.missing == "commune":
        parts.append(Exhibitor.unit_new.is_(None))
    if wanted.missing == "verification":
        parts.append(~Exhibitor.is_verified)
    return parts


def _search(q: str) -> list[ColumnElement[bool]]:
    """Find by name, product, tax code, telephone number or register id; every word must fit."""
    return [_word(word) for word in fold(q[:MAX_QUERY]).split()]


def _word(word: str) -> ColumnElement[bool]:
    choices: list[ColumnElement[bool]] = [
        Exhibitor.search_fold.contains(word, autoescape=True),
        Exhibitor.register_ref == word.upper(),
        exists().where(
            Product.exhibitor_id == Exhibitor.id,
            Product.search_fold.contains(word, autoescape=True),
        ),
    ]
    digits = "".join(letter for letter in word if letter.isascii() and letter.isdigit())
    if len(digits) >= 4:  # noqa: PLR2004 -- shorter numbers fit everybody
        bare = digits.removeprefix("84").removeprefix("0")
        choices += [
            Exhibitor.phone.contains(bare, autoescape=True),
            Exhibitor.other_phones.contains(bare, autoescape=True),
            # Not within a personal ID: the search must not help to guess one.
            and_(
                Exhibitor.tax_code.startswith(digits, autoescape=True),
                func.length(Exhibitor.tax_code) != 12,  # noqa: PLR2004 -- a personal ID
            ),
        ]
    return or_(*choices)


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    soon = today + timedelta(days=EXPIRING_WITHIN_DAYS)
    alive = ~Certificate.revoked
    return {
        "valid": and_(alive, Certificate.expires_on > soon),
        "expiring": and_(alive, Certificate.expires_on.between(today, soon)),
        "expired": and_(alive, Certificate.expires_on < today),
        "revoked": Certificate.revoked.is_(True),
    }[state]
