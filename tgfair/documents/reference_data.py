"""The tables the application ships: administrative units and product groups."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from tgfair.core.taxonomy import ProductSet, Taxonomy
from tgfair.core.units import AdminUnit, UnitTable


@cache
def load_units() -> UnitTable:
    """Return the units of Tiền Giang and Đồng Tháp with the conversion of July 2025.

    An empty `valid_from` in the data (before the data begin) becomes the smallest date.
    """
    units = tuple(
        AdminUnit(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            district=row["district"] or None,
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            province_code=row["province_code"],
        )
        for row in _rows("don-vi-hanh-chinh.csv")
    )
    conversion = {row["old_code"]: row["new_code"] for row in _rows("don-vi-chuyen-doi.csv")}
    return UnitTable(units, conversion)


@cache
def load_taxonomy() -> Taxonomy:
    """Return the 6 groups and 26 sets of Decision 148/QĐ-TTg (2023)."""
    return Taxonomy(
        ProductSet(
            taxonomy=row["taxonomy"],
            group=row["group"],
            group_label=row["group_label"],
            key=row["set"],
            label=row["set_label"],
            position=int(row["position"]),
        )
        for row in _rows("nhom-san-pham.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("tgfair").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
