"""One sheet seen through its columns: cells by field, and the problems found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tgfair.core.register.model import Problem
from tgfair.core.register.sheet import Cell, CellValue, Sheet

# What the tables hold; a decision cell may name its date and issuer too.
_LONGEST = {"name": 200, "representative": 120, "product": 200, "decision_no": 180, "issuer": 120}
_LONGEST |= {"address": 200, "commune": 50, "district": 46}
_LONGEST_OTHER = 400


@dataclass(frozen=True)
class FieldReader:
    """Cells of a sheet by field; `columns` maps a field to its column."""

    sheet: Sheet
    columns: Mapping[str, int]
    problems: list[tuple[int, int, Problem]] = field(default_factory=list)

    def cell(self, row: int, name: str) -> Cell:
        """Return a field's cell; a vertically merged cell counts for every row it covers."""
        column = self.columns.get(name)
        if column is None:
            return Cell(None)
        cell = self.sheet.cell(self.sheet.spans.get((row, column), row), column)
        limit = _LONGEST.get(name, _LONGEST_OTHER)
        return cell if len(cell.text) <= limit else Cell(cell.text[:limit].rstrip())

    def first(self, rows: Iterable[int], name: str) -> tuple[int, Cell]:
        """Return the first row of a block that holds the field, with the cell."""
        rows = list(rows)
        for row in rows:
            if self.cell(row, name).text:
                return row, self.cell(row, name)
        return rows[0], Cell(None)

    def report(
        self,
        code: str,
        row: int,
        name: str,
        *,
        same_as: str | None = None,
        same_as_row: int | None = None,
        value: str | None = None,
    ) -> None:
        """Note a problem at a field's cell; its value is kept as found (text cleaned)."""
        column = self.columns.get(name, 0)
        found = plain(self.cell(row, name)) if value is None else value
        self.problems.append(
            (
                row,
                column,
                Problem(
                    sheet=self.sheet.name,
                    row=row,
                    column=self.sheet.label(column) if column else "",
                    code=code,
                    value=found,
                    same_as=same_as,
                    same_as_row=same_as_row,
                ),
            )
        )

    def check_cells(self, rows: Iterable[int]) -> None:
        """Report formulas without a stored value, texts like formulas, and texts that are cut."""
        names = {column: name for name, column in self.columns.items()}
        for row in rows:
            for column in self.sheet.rows[row].keys() & names.keys():
                cell, name = self.sheet.cell(row, column), names[column]
                if cell.formula is not None and cell.value is None:
                    self.report("formula_without_value", row, name, value=cell.formula)
                elif cell.formula is None and cell.text.startswith("="):
                    self.report("text_like_formula", row, name)
                if len(cell.text) > _LONGEST.get(name, _LONGEST_OTHER):
                    self.report("text_too_long", row, name)

    def sorted_problems(self) -> list[Problem]:
        """Return the problems by row, column and code."""
        return [p for _, _, p in sorted(self.problems, key=lambda p: (p[0], p[1], p[2].code))]


def plain(cell: Cell) -> str | int | float | bool | None:
    """Return a cell's value for a report: texts cleaned, days as ISO text, numbers as numbers."""
    value: CellValue = cell.value
    if isinstance(value, date):
        return value.isoformat()
    return cell.text if isinstance(value, str) else value
