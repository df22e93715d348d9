"""Read the cells of a subject out of its block of rows."""

from __future__ import annotations

from tgfair.core.errors import InvalidError
from tgfair.core.phone import parse_phones
from tgfair.core.register.blocks import Block
from tgfair.core.register.cells import read_email, read_kind, read_person
from tgfair.core.register.model import RegisterProduct, RegisterSubject
from tgfair.core.register.reader import FieldReader
from tgfair.core.register.sheet import CellValue
from tgfair.core.taxcode import TaxCode, TaxCodeError, TaxCodeKind, parse_tax_code
from tgfair.core.units import UnitMatch, UnitTable


def read_subject(
    reader: FieldReader, block: Block, products: tuple[RegisterProduct, ...], units: UnitTable
) -> RegisterSubject:
    """Return the subject of a block, each field from the first row that holds it.

    The id is empty: who is the same as whom is decided when all blocks are read.
    """
    name_row, name = reader.first(block.rows, "name")
    if not name.text:
        reader.report("name_missing", name_row, "name")
    kind = read_kind(reader.first(block.rows, "kind")[1], name.text)
    tax_code = _tax_code(reader, block, kind)
    person = read_person(reader.first(block.rows, "representative")[1])
    address, unit = _address(reader, block, units)
    return RegisterSubject(
        id="",
        sheet=reader.sheet.name,
        rows=((block.rows[0], block.rows[-1]),),
        name=name.text,
        kind=kind,
        tax_code=tax_code.value if tax_code else None,
        tax_code_kind=tax_code.kind.value if tax_code else None,
        representative=person.name,
        honorific=person.honorific,
        representative_title=person.title,
        phones=_phones(reader, block),
        email=_email(reader, block),
        address=address,
        unit_old=unit.old,
        unit_new=unit.new,
        products=products,
    )


def _tax_code(reader: FieldReader, block: Block, kind: str) -> TaxCode | None:
    row, cell = reader.first(block.rows, "tax_code")
    if not cell.text:
        return None
    try:
        code = parse_tax_code(_number_or_text(cell.value, cell.text, reader), kind)
    except TaxCodeError as error:
        reader.report(error.code, row, "tax_code")
        return None
    if code.kind is TaxCodeKind.PERSONAL_ID:
        reader.report("tax_code_is_personal_id", row, "tax_code")
    if code.zero_restored:
        reader.report("tax_code_zero_restored", row, "tax_code")
    return code


def _number_or_text(value: CellValue, text: str, reader: FieldReader) -> str | int:
    if isinstance(value, int):
        return value
    # Whether a CSV cell was a number nobody knows, so it may have lost its zero as well.
    return int(text) if reader.sheet.encoding is not None and text.isdecimal() else text


def _phones(reader: FieldReader, block: Block) -> tuple[str, ...]:
    row, cell = reader.first(block.rows, "phones")
    try:
        # A line break is a separator here, so the text as it stands is read.
        return tuple(parse_phones(str(cell.value))) if cell.text else ()
    except InvalidError:
        reader.report("phone_invalid", row, "phones")
        return ()


def _email(reader: FieldReader, block: Block) -> str | None:
    row, cell = reader.first(block.rows, "email")
    email = read_email(cell)
    if cell.text and email is None:
        reader.report("email_invalid", row, "email")
    return email


def _address(reader: FieldReader, block: Block, units: UnitTable) -> tuple[str | None, UnitMatch]:
    """Join the address with columns for commune and district, where a register has them."""
    named = [n for n in ("address", "commune", "district") if n in reader.columns]
    cells = {name: reader.first(block.rows, name) for name in named}
    texts = [cell.text for _, cell in cells.values() if cell.text]
    if not texts:
        return None, UnitMatch()
    address = ", ".join(texts)
    match = units.match(address, district_hint=block.section or reader.sheet.name)
    if match.problem:
        name = next(name for name, (_, cell) in cells.items() if cell.text)
        reader.report(match.problem, cells[name][0], name)
    return address, match
