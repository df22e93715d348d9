"""What an import would do, as lines for a page: counts, problems by row, old and new values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tgfair.core.calendar_text import vn_date
from tgfair.core.register.changes import ProductChange, RegisterChanges, SubjectChange
from tgfair.core.register.columns import find_header
from tgfair.core.register.known import FieldChange, Value
from tgfair.core.register.model import Problem, Register, RegisterProduct
from tgfair.core.register.sheet import Sheet
from tgfair.core.taxcode import mask_tax_code
from tgfair.services.register_files import Reading

SAMPLES = 3
# Cells with a true date come as ISO text.
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SILENT = frozenset({"tax_code_kind", "issuer_level", "issued_precision", "expires_from"})


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the file with what it was taken for and its first values."""

    label: str
    heading: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True)
class SheetColumns:
    """The columns of one sheet."""

    name: str
    columns: tuple[ColumnChoice, ...]


@dataclass(frozen=True)
class ProblemLine:
    """A problem with its place in the file; `severity` is error or warning."""

    sheet: str
    row: int
    column: str
    heading: str
    severity: str
    text: str


@dataclass(frozen=True)
class ValueLine:
    """One value: of a product if `product` names one; `kept` where ours stays."""

    product: str
    field: str
    old: str
    new: str
    kept: bool


@dataclass(frozen=True)
class ChangeLine:
    """A subject that is new, changed, or kept as it edited itself (`kind`)."""

    kind: str
    name: str
    row: int
    exhibitor_id: int | None
    values: tuple[ValueLine, ...]


@dataclass(frozen=True)
class BadRow:
    """A row with problems as it stands in the file, and the reasons."""

    sheet: str
    row: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """Everything the preview page shows."""

    counts: dict[str, int]
    sheets: tuple[SheetColumns, ...]
    other_sheets: tuple[str, ...]
    problems: tuple[ProblemLine, ...]
    changes: tuple[ChangeLine, ...]
    bad_rows: tuple[BadRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the preview as plain JSON data, for a job to leave behind."""
        return asdict(self)


def preview_from_json(found: Mapping[str, Any]) -> Preview:
    """Return the preview that a job left behind."""
    return Preview(
        counts=dict(found["counts"]),
        sheets=tuple(
            SheetColumns(s["name"], tuple(ColumnChoice(**column) for column in s["columns"]))
            for s in found["sheets"]
        ),
        other_sheets=tuple(found["other_sheets"]),
        problems=tuple(ProblemLine(**line) for line in found["problems"]),
        changes=tuple(
            ChangeLine(**{**line, "values": tuple(ValueLine(**v) for v in line["values"])})
            for line in found["changes"]
        ),
        bad_rows=tuple(BadRow(**line) for line in found["bad_rows"]),
    )


def build_preview(reading: Reading, changes: RegisterChanges) -> Preview:
    """Return what the page shows of a reading and its difference from the data at hand."""
    register = reading.register
    return Preview(
        counts=count_changes(register, changes),
        sheets=tuple(columns_of(reading.sheets, register)),
        other_sheets=register.other_sheets,
        problems=tuple(sentences(register)),
        changes=tuple(line for c in changes.subjects if (line := _change(c)) is not None),
        bad_rows=tuple(_bad_rows(reading)),
    )


def count_changes(register: Register, changes: RegisterChanges) -> dict[str, int]:
    """Return how many things of each kind the import meets."""
    subjects = changes.subjects
    products = [product for subject in subjects for product in subject.products]
    new = sum(subject.known is None for subject in subjects)
    changed = sum(subject.is_change for subject in subjects) - new
    new_products = sum(product.known is None for product in products)
    changed_products = sum(product.is_change for product in products) - new_products
    severities = [problem.severity for problem in register.problems]
    return {
        "subjects_new": new,
        "subjects_changed": changed,
        "subjects_same": len(subjects) - new - changed,
        "subjects_kept": sum(any(f.kept for f in subject.fields) for subject in subjects),
        "products_new": new_products,
        "products_changed": changed_products,
        "products_same": len(products) - new_products - changed_products,
        "possible_duplicates": len(changes.proposals),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }


def columns_of(sheets: tuple[Sheet, ...], register: Register | None) -> Iterator[SheetColumns]:
    """Yield the sheets with a header, each with its columns: as read, else as guessed."""
    layouts = {layout.sheet: layout for layout in register.sheets} if register else {}
    for sheet in sheets:
        header = None if sheet.hidden else find_header(sheet)
        if header is None:
            continue
        layout = layouts.get(sheet.name)
        first = layout.first_data_row if layout else header.rows[-1] + 1
        guesses = {sheet.label(c): field for c, field in header.columns.items()}
        fields = layout.columns if layout else guesses
        yield SheetColumns(
            sheet.name,
            tuple(
                ColumnChoice(
                    label=(label := sheet.label(column)),
                    heading=heading,
                    field=fields.get(label),
                    samples=_samples(sheet, column, first),
                )
                for column, heading in header.headings.items()
            ),
        )


def _samples(sheet: Sheet, column: int, first: int) -> tuple[str, ...]:
    rows = range(first, min(sheet.last_row, first + 30) + 1)
    texts = dict.fromkeys(sheet.cell(row, column).text for row in rows)
    return tuple(mask_tax_code(text)[:60] for text in texts if text)[:SAMPLES]


def sentences(register: Register) -> Iterator[ProblemLine]:
    """Yield every problem with its place and its sentence."""
    headings = {layout.sheet: layout.headings for layout in register.sheets}
    for problem, text in _sentences(register):
        yield ProblemLine(
            sheet=problem.sheet,
            row=problem.row,
            column=problem.column,
            heading=headings[problem.sheet].get(problem.column, ""),
            severity=problem.severity,
            text=text,
        )


def _sentences(register: Register) -> Iterator[tuple[Problem, str]]:
    """Say each problem with the name of the other subject, and without anybody's personal ID."""
    names = {s.id: f"“{s.name}” (hàng {s.rows[0][0]})" for s in register.subjects}
    for problem in register.problems:
        shown = replace(problem, same_as=names.get(problem.same_as or "", problem.same_as))
        value = str(problem.value)
        if problem.code.startswith("tax_code"):
            shown = replace(shown, value=mask_tax_code(value))
        elif _ISO_DAY.fullmatch(value):
            shown = replace(shown, value=vn_date(date.fromisoformat(value)))
        yield problem, shown.message()


def _change(change: SubjectChange) -> ChangeLine | None:
    values = tuple(_values(change))
    if not values and not change.is_change:
        return None
    kind = "new" if change.known is None else "changed" if change.is_change else "kept"
    subject = change.subject
    return ChangeLine(
        kind=kind,
        name=subject.name,
        row=subject.rows[0][0],
        exhibitor_id=change.known.id if change.known else None,
        values=values,
    )


def _values(change: SubjectChange) -> Iterator[ValueLine]:
    yield from (_value("", field) for field in change.fields if field.field not in _SILENT)
    for product in change.products:
        yield from _product_values(product)


def _product_values(change: ProductChange) -> Iterator[ValueLine]:
    row, certificate = change.row, change.certificate
    if change.known is None:
        yield ValueLine(row.name, "product_new", "", _certificate_text(row), kept=False)
        return
    yield from (_value(row.name, field) for field in change.fields)
    if certificate and certificate.known is None:
        yield ValueLine(row.name, "certificate_new", "", _certificate_text(row), kept=False)
    elif certificate:
        shown = (field for field in certificate.fields if field.field not in _SILENT)
        yield from (_value(row.name, field) for field in shown)


def _value(product: str, change: FieldChange) -> ValueLine:
    return ValueLine(
        product, change.field, _text(change, change.old), _text(change, change.new), change.kept
    )


def _text(change: FieldChange, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, date):
        return vn_date(value)
    return mask_tax_code(str(value)) if change.field == "tax_code" else str(value)


def _certificate_text(row: RegisterProduct) -> str:
    parts = [
        f"{row.stars} sao" if row.stars else "",
        row.decision_no or "",
        f"đến {vn_date(row.expires_on)}" if row.expires_on else "",
        "đã thu hồi" if row.revoked else "",
    ]
    return " · ".join(part for part in parts if part)


def _bad_rows(reading: Reading) -> Iterator[BadRow]:
    sheets = {sheet.name: sheet for sheet in reading.sheets}
    reasons: dict[tuple[str, int], list[str]] = {}
    for problem, text in _sentences(reading.register):
        reasons.setdefault((problem.sheet, problem.row), []).append(text)
    for layout in reading.register.sheets:
        sheet = sheets[layout.sheet]
        columns = [c for c in _columns(sheet) if sheet.label(c) in layout.columns]
        for (name, row), found in reasons.items():
            if name == layout.sheet:
                cells = (sheet.cell(sheet.spans.get((row, c), row), c).text for c in columns)
                yield BadRow(name, row, tuple(cells), tuple(found))


def _columns(sheet: Sheet) -> list[int]:
    header = find_header(sheet)
    return list(header.columns) if header else []
