"""A register as one JSON object: what `tgfair import --dry-run --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tgfair.core.register.duplicates import joined
from tgfair.core.register.model import (
    Problem,
    Register,
    RegisterProduct,
    RegisterSubject,
    SheetLayout,
)


def register_as_dict(register: Register, *, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the joined view of a register as plain JSON data.

    Possible duplicates are joined to the subject they may be. `ids` renames subjects (id in the
    register -> id the caller knows them by). A register of several sheets has one entry each
    in `sheets`, and every problem, block and product names its sheet.
    """
    ids = ids or {}
    several = len(register.sheets) > 1
    subjects = joined(register)
    layouts = [_layout(layout) for layout in register.sheets]
    top = {"sheets": layouts} if several else layouts[0]
    if register.sheets[0].encoding is None:
        top = {**top, "other_sheets": list(register.other_sheets)}
    return {
        **top,
        "totals": _totals(register, subjects),
        "skipped_rows": [
            _in_sheet(row.sheet, {"row": row.row, "why": row.why}, several=several)
            for row in register.skipped_rows
        ],
        "problems": [_problem(problem, ids, several=several) for problem in register.problems],
        "subjects": [_subject(subject, ids, several=several) for subject in subjects],
    }


def _layout(layout: SheetLayout) -> dict[str, Any]:
    common = {
        "header_rows": list(layout.header_rows),
        "first_data_row": layout.first_data_row,
        "columns": dict(layout.columns),
    }
    if layout.encoding is not None:
        return {"encoding": layout.encoding, "separator": layout.separator, **common}
    return {
        "sheet": layout.sheet,
        **common,
        "last_row": layout.last_row,
        "hidden_columns": list(layout.hidden_columns),
        "formula_cells": list(layout.formula_cells),
    }


def _totals(register: Register, subjects: list[RegisterSubject]) -> dict[str, Any]:
    products = [product for subject in subjects for product in subject.products]
    totals: dict[str, Any] = {"subjects": len(subjects), "products": len(products)}
    if register.sheets[0].encoding is not None:
        return totals
    return totals | {
        "subjects_if_possible_duplicates_stay_apart": len(register.subjects),
        "blocks": register.blocks,
        "product_rows": register.product_rows,
        "by_kind": _counts(subject.kind for subject in subjects),
        "by_group": _counts(product.group for product in products),
        "by_stars": _counts(product.stars for product in products),
        "by_state": _counts(product.state for product in products),
        "with_email": sum(subject.email is not None for subject in subjects),
        "with_phone": sum(bool(subject.phones) for subject in subjects),
        "with_two_phones": sum(len(subject.phones) > 1 for subject in subjects),
        "with_tax_code": sum(subject.tax_code is not None for subject in subjects),
        "problems": register.problem_counts,
    }


def _counts(values: Iterable[str | int | None]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values if value is not None).items()))


def _problem(problem: Problem, ids: Mapping[str, str], *, several: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity,
        "value": problem.value,
    }
    if problem.same_as is not None:
        found["same_as"] = ids.get(problem.same_as, problem.same_as)
    if problem.same_as_row is not None:
        found["same_as_row"] = problem.same_as_row
    return _in_sheet(problem.sheet, found, several=several)


def _subject(subject: RegisterSubject, ids: Mapping[str, str], *, several: bool) -> dict[str, Any]:
    found = {
        "id": ids.get(subject.id, subject.id),
        "rows": [list(block) for block in subject.rows],
        "name": subject.name,
        "kind": subject.kind,
        "tax_code": subject.tax_code,
        "tax_code_kind": subject.tax_code_kind,
        "representative": subject.representative,
        "honorific": subject.honorific,
        "representative_title": subject.representative_title,
        "phones": list(subject.phones),
        "email": subject.email,
        "address": subject.address,
        "unit_old": subject.unit_old,
        "unit_new": subject.unit_new,
        "products": [_product(product, several=several) for product in subject.products],
    }
    return _in_sheet(subject.sheet, found, several=several)


def _product(product: RegisterProduct, *, several: bool) -> dict[str, Any]:
    found = {
        "row": product.row,
        "name": product.name,
        "group": product.group,
        "set": product.set,
        "stars": product.stars,
        "decision_no": product.decision_no,
        "issuer": product.issuer,
        "issuer_level": product.issuer_level,
        "issued_on": product.issued_on.isoformat() if product.issued_on else None,
        "issued_precision": product.issued_precision,
        "expires_on": product.expires_on.isoformat() if product.expires_on else None,
        "expires_from": product.expires_from,
        "state": product.state.value if product.state else None,
        "note": product.note,
    }
    return _in_sheet(product.sheet, found, several=several)


def _in_sheet(sheet: str, found: dict[str, Any], *, several: bool) -> dict[str, Any]:
    return {"sheet": sheet, **found} if several else found
