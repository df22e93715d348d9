"""Read a whole register: every sheet with a header, all subjects, all problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tgfair.core.errors import InvalidError
from tgfair.core.register.blocks import RowReader
from tgfair.core.register.columns import FIELDS, REQUIRED_FIELDS, Header, find_header
from tgfair.core.register.duplicates import Draft, number_subjects
from tgfair.core.register.model import Register, SheetLayout, SkippedRow
from tgfair.core.register.products import read_product
from tgfair.core.register.reader import FieldReader
from tgfair.core.register.sheet import Sheet
from tgfair.core.register.subjects import read_subject
from tgfair.core.taxonomy import Taxonomy
from tgfair.core.units import UnitTable

_NO_FIT = "Bảng ghép cột không khớp với tệp này. Hãy chọn lại các cột."

SheetMappings = Mapping[str, Mapping[str, str | None]]


class NoHeaderError(InvalidError):
    """No sheet looks like a register."""

    code = "no_header"


class MappingError(InvalidError):
    """The mapping of columns a person edited cannot be used."""

    code = "mapping"


@dataclass(frozen=True, slots=True)
class _SheetResult:
    layout: SheetLayout
    reader: FieldReader
    drafts: list[Draft]
    skipped: list[SkippedRow]


def parse_register(
    sheets: Sequence[Sheet],
    *,
    mapping: SheetMappings | None = None,
    units: UnitTable,
    taxonomy: Taxonomy,
    on: date,
) -> Register:
    """Return everything the sheets say, with certificate states as on the day `on`.

    Every visible sheet with a header is read, in order; the others are named in `other_sheets`.
    `mapping` (sheet name -> column name -> field or None) replaces the guess for the sheets it
    names; start from `Register.sheets[i].columns`, the fields are `columns.FIELDS`.

    Raises:
        NoHeaderError: no sheet has a header with a column for the subject and one for the product.
        MappingError: an unknown field, a field given twice, or name or product left out.
    """
    mapping = mapping or {}
    results: list[_SheetResult] = []
    others: list[str] = []
    for sheet in sheets:
        header = None if sheet.hidden else find_header(sheet)
        if header is None or not (header.is_register or sheet.name in mapping):
            others.append(sheet.name)
        else:
            edited = mapping.get(sheet.name)
            results.append(_read_sheet(sheet, header, edited, units, taxonomy, on))
    if not results:
        raise NoHeaderError(
            "Không tìm thấy hàng tiêu đề. Tệp cần có cột tên chủ thể và cột tên sản phẩm."
        )
    drafts = [draft for result in results for draft in result.drafts]
    return Register(
        sheets=tuple(result.layout for result in results),
        other_sheets=tuple(others),
        # Rows without a name are reported (name_missing); nobody knows whose they are.
        subjects=tuple(number_subjects(draft for draft in drafts if draft[1].name)),
        problems=tuple(p for result in results for p in result.reader.sorted_problems()),
        skipped_rows=tuple(row for result in results for row in result.skipped),
        on=on,
        blocks=len(drafts),
        product_rows=sum(len(draft.products) for _, draft in drafts),
    )


def check_fields(chosen: Iterable[str | None]) -> None:
    """Check what a person chose for the columns of one sheet.

    Raises:
        MappingError: an unknown field, a field given twice, or name or product left out.
    """
    fields = [field for field in chosen if field]
    if set(fields) - set(FIELDS):
        raise MappingError(_NO_FIT)
    if len(fields) != len(set(fields)):
        raise MappingError("Có nội dung được chọn cho hai cột. Mỗi nội dung chỉ lấy từ một cột.")
    missing = [FIELDS[field] for field in REQUIRED_FIELDS if field not in fields]
    if missing:
        raise MappingError(f"Chưa chọn cột cho: {', '.join(missing)}.")


def _read_sheet(
    sheet: Sheet,
    header: Header,
    edited: Mapping[str, str | None] | None,
    units: UnitTable,
    taxonomy: Taxonomy,
    on: date,
) -> _SheetResult:
    labels = _columns(sheet, header, edited)
    columns = {field: column for column, field in labels.items() if field}
    rows = RowReader(sheet, header, columns)
    kinds = rows.classify()
    reader = FieldReader(sheet, columns)
    reader.check_cells(row for row, kind in kinds.items() if kind == "data")
    drafts: list[Draft] = []
    for block in rows.blocks(kinds):
        products = (
            read_product(reader, row, taxonomy, on, first=row == block.rows[0])
            for row in block.rows
        )
        found = tuple(product for product in products if product is not None)
        drafts.append((reader, read_subject(reader, block, found, units)))
    skipped = [SkippedRow(sheet.name, row, kind) for row, kind in kinds.items() if kind != "data"]
    return _SheetResult(_layout(sheet, header, labels, kinds), reader, drafts, skipped)


def _columns(
    sheet: Sheet, header: Header, edited: Mapping[str, str | None] | None
) -> dict[int, str | None]:
    if edited is None:
        return dict(header.columns)
    by_label = {sheet.label(column): column for column in header.columns}
    if set(edited) - set(by_label):
        raise MappingError(_NO_FIT)
    check_fields(edited.values())
    return {column: edited.get(label) or None for label, column in by_label.items()}


def _layout(
    sheet: Sheet, header: Header, columns: Mapping[int, str | None], kinds: Mapping[int, str]
) -> SheetLayout:
    return SheetLayout(
        sheet=sheet.name,
        header_rows=header.rows,
        first_data_row=next(
            (row for row, kind in kinds.items() if kind == "data"), header.rows[-1] + 1
        ),
        last_row=sheet.last_row,
        columns={sheet.label(column): field for column, field in columns.items()},
        headings={sheet.label(column): text for column, text in header.headings.items()},
        hidden_columns=tuple(sheet.label(c) for c in sorted(sheet.hidden_columns)),
        hidden_rows=tuple(sorted(sheet.hidden_rows)),
        formula_cells=tuple(
            f"{sheet.label(column)}{row}"
            for (row, column), cell in sorted(sheet.cells.items())
            if cell.formula is not None
        ),
        encoding=sheet.encoding,
        separator=sheet.separator,
    )
