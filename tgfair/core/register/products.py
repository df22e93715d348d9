"""Read the product and the certificate of one row."""

from __future__ import annotations

import calendar
from datetime import date

from tgfair.core.certificate import certificate_state, expiry_of
from tgfair.core.register.cells import (
    DateReading,
    Decision,
    read_date,
    read_decision,
    read_issuer_level,
    read_stars,
)
from tgfair.core.register.model import RegisterProduct
from tgfair.core.register.reader import FieldReader
from tgfair.core.register.sheet import Cell
from tgfair.core.taxonomy import GroupMatch, Taxonomy
from tgfair.core.vietnamese import fold

_OF_A_PRODUCT = ("stars", "group", "decision_no", "issued_on", "expires_on")
_REVOKED = ("thu hoi", "da thu hoi")
_MONTHS = {"month": 1, "quarter": 3}


def read_product(
    reader: FieldReader, row: int, taxonomy: Taxonomy, on: date, *, first: bool
) -> RegisterProduct | None:
    """Return the product of a row, or None where it has none.

    The state is that on the day `on`. A missing name is a problem where the row says anything
    else of a product, and in the `first` row of a subject.
    """
    name = reader.cell(row, "product").text
    if not name:
        if first or any(reader.cell(row, field).text for field in _OF_A_PRODUCT):
            reader.report("product_missing", row, "product")
        return None
    group = _group(reader, row, taxonomy)
    decision = read_decision(reader.cell(row, "decision_no"))
    issuer = reader.cell(row, "issuer").text or decision.issuer
    issued = _issued(reader, row, decision)
    expires_on, expires_from = _expiry(reader, row, issued)
    revoked = _is_revoked(reader, row)
    return RegisterProduct(
        sheet=reader.sheet.name,
        row=row,
        name=name,
        group=group.group if group else None,
        set=group.set if group else None,
        stars=_stars(reader, row),
        decision_no=decision.number,
        issuer=issuer,
        issuer_level=read_issuer_level(issuer),
        issued_on=issued.day if issued else None,
        issued_precision=issued.precision if issued else None,
        expires_on=expires_on,
        expires_from=expires_from,
        revoked=revoked,
        state=certificate_state(expires_on, revoked=revoked, on=on),
        note=reader.cell(row, "note").text or None,
    )


def _group(reader: FieldReader, row: int, taxonomy: Taxonomy) -> GroupMatch | None:
    text, finer = reader.cell(row, "group").text, reader.cell(row, "set").text
    if not text and not finer:
        if "group" in reader.columns:
            reader.report("group_missing", row, "group")
        return None
    match = taxonomy.match(text) if text else None
    if finer and (found := taxonomy.match(finer)) and (match is None or match.group == found.group):
        match = found
    if match is None:
        reader.report("group_unknown", row, "group" if text else "set")
    return match


def _stars(reader: FieldReader, row: int) -> int | None:
    cell = reader.cell(row, "stars")
    if not cell.text:
        if "stars" in reader.columns:
            reader.report("stars_missing", row, "stars")
        return None
    stars = read_stars(cell)
    if stars is None:
        reader.report("stars_invalid", row, "stars")
    return stars


def _issued(reader: FieldReader, row: int, decision: Decision) -> DateReading | None:
    if reader.cell(row, "issued_on").text:
        return _date(reader, row, "issued_on")
    return read_date(Cell(decision.date_text)) if decision.date_text else None


def _date(reader: FieldReader, row: int, name: str) -> DateReading | None:
    cell = reader.cell(row, name)
    if not cell.text:
        return None
    reading = read_date(cell)
    if reading is None:
        reader.report("date_invalid", row, name)
    elif reading.precision != "day":
        reader.report("date_without_day", row, name)
    return reading


def _expiry(
    reader: FieldReader, row: int, issued: DateReading | None
) -> tuple[date | None, str | None]:
    """Return the last day of validity, from the cell if it is possible, else computed."""
    expires = _date(reader, row, "expires_on")
    if issued is None:
        return (expires.day, "cell") if expires else (None, None)
    if expires and expires.day < issued.day:
        reader.report("expiry_before_issue", row, "expires_on")
    elif expires and expires.day > expiry_of(_latest(issued)):
        reader.report("expiry_not_36_months", row, "expires_on")
    elif expires:
        return expires.day, "cell"
    return expiry_of(issued.day), "computed"


def _latest(issued: DateReading) -> date:
    """Return the last day an issue date may mean: the end of a month or quarter given alone."""
    if issued.precision == "day":
        return issued.day
    month = issued.day.month + _MONTHS[issued.precision] - 1
    return date(issued.day.year, month, calendar.monthrange(issued.day.year, month)[1])


def _is_revoked(reader: FieldReader, row: int) -> bool:
    revoked = fold(reader.cell(row, "note").text).startswith(_REVOKED)
    if revoked:
        reader.report("certificate_revoked", row, "note")
    return revoked
