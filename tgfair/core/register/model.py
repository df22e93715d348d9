"""What an import found: subjects, products, problems, and how the sheets were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tgfair.core.certificate import CertificateState
from tgfair.core.register.problems import SENTENCES, SEVERITIES


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that could not be used (`error`) or that a person should look at (`warning`)."""

    sheet: str
    row: int
    column: str
    code: str
    value: str | int | float | bool | None
    same_as: str | None = None
    same_as_row: int | None = None

    @property
    def severity(self) -> str:
        """`error`: the cell was not used. `warning`: used or kept."""
        return SEVERITIES[self.code]

    def message(self) -> str:
        """Return the Vietnamese sentence for the preview."""
        return SENTENCES[self.code].format(
            value=self.value, same_as=self.same_as, same_as_row=self.same_as_row
        )


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that holds no product.

    `why` is title, blank, header, header_again, section, total or footer.
    """

    sheet: str
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class RegisterProduct:
    """A product with its certificate; what the cells do not say is None."""

    sheet: str
    row: int
    name: str
    group: str | None
    set: str | None
    stars: int | None
    decision_no: str | None
    issuer: str | None
    issuer_level: str | None
    issued_on: date | None
    issued_precision: str | None  # day, month or quarter
    expires_on: date | None
    expires_from: str | None  # cell or computed
    revoked: bool
    state: CertificateState | None  # on the day the register was read for
    note: str | None


@dataclass(frozen=True, slots=True)
class RegisterSubject:
    """A subject with its products; `id` counts subjects in the order of first appearance.

    `rows` are first and last row of each block. A subject that may be an earlier one has
    `possible_duplicate_of` set to that one's id, and an id of its own outside the count.
    """

    id: str
    sheet: str
    rows: tuple[tuple[int, int], ...]
    name: str
    kind: str
    tax_code: str | None
    tax_code_kind: str | None
    representative: str | None
    honorific: str | None
    representative_title: str | None
    phones: tuple[str, ...]
    email: str | None
    address: str | None
    unit_old: str | None
    unit_new: str | None
    products: tuple[RegisterProduct, ...]
    possible_duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How one sheet was read. `columns` maps each column to a field, or None: not ours."""

    sheet: str
    header_rows: tuple[int, ...]
    first_data_row: int
    last_row: int
    columns: Mapping[str, str | None]
    headings: Mapping[str, str]  # the words in the header, for the mapping page
    hidden_columns: tuple[str, ...]
    hidden_rows: tuple[int, ...]
    formula_cells: tuple[str, ...]
    encoding: str | None
    separator: str | None


@dataclass(frozen=True)
class Register:
    """The whole reading. `subjects` keeps possible duplicates apart (see `joined`)."""

    sheets: tuple[SheetLayout, ...]
    other_sheets: tuple[str, ...]
    subjects: tuple[RegisterSubject, ...]
    problems: tuple[Problem, ...]
    skipped_rows: tuple[SkippedRow, ...]
    on: date
    blocks: int
    product_rows: int

    @property
    def problem_counts(self) -> dict[str, int]:
        """How many problems of each code, by code."""
        return dict(sorted(Counter(problem.code for problem in self.problems).items()))
