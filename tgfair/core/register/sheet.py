"""A sheet as it was found in a file, before anybody says what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tgfair.core.vietnamese import clean_text, drop_unsafe

CellValue = str | int | float | bool | date | None

_LETTERS = 26


@dataclass(frozen=True)
class Cell:
    """A value with its type; `formula` is set where the file holds one beside the value."""

    value: CellValue
    formula: str | None = None

    @cached_property
    def text(self) -> str:
        """The value as cleaned text, line breaks included as spaces; empty if there is none."""
        if self.value is None:
            return ""
        return clean_text(drop_unsafe(str(self.value)))


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, both ends included, counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """A table of cells keyed by (row, column) from 1; empty cells are left out.

    `encoding` and `separator` are set for CSV only; CSV columns are named `1`, `2`, …, those of
    a workbook `A`, `B`, …
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden: bool = False
    encoding: str | None = None
    separator: str | None = None
    _empty: Cell = field(default=Cell(None), repr=False)

    @cached_property
    def last_row(self) -> int:
        """The last row that holds anything, 0 for an empty sheet."""
        return max((row for (row, _), cell in self.cells.items() if cell.text), default=0)

    @cached_property
    def rows(self) -> Mapping[int, Mapping[int, Cell]]:
        """Cells by row and column, rows without text left out."""
        found: dict[int, dict[int, Cell]] = {}
        for row, column in sorted(self.cells):
            cell = self.cells[row, column]
            if cell.text or cell.formula:
                found.setdefault(row, {})[column] = cell
        return found

    @cached_property
    def spans(self) -> Mapping[tuple[int, int], int]:
        """For cells of one-column merges: the row where the value stands."""
        return {
            (row, merge.first_column): merge.first_row
            for merge in self.merges
            if merge.first_column == merge.last_column
            for row in range(merge.first_row, merge.last_row + 1)
        }

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell, or an empty one."""
        return self.cells.get((row, column), self._empty)

    def label(self, column: int) -> str:
        """Return the name of a column as people see it: `A` in a workbook, `1` in a CSV file."""
        if self.encoding is not None:
            return str(column)
        label = ""
        while column:
            column, rest = divmod(column - 1, _LETTERS)
            label = chr(ord("A") + rest) + label
        return label
