"""Register files: kept by their digest, read again for every preview."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from tgfair.core.register.columns import find_header
from tgfair.core.register.model import Register
from tgfair.core.register.parse import parse_register
from tgfair.core.register.sheet import Sheet
from tgfair.documents.reference_data import load_taxonomy, load_units
from tgfair.documents.spreadsheet_in import read_spreadsheet
from tgfair.documents.spreadsheet_limits import LARGEST_BYTES
from tgfair.models.register_import import RegisterImport
from tgfair.services.file_store import file_store

# Reading takes about 5 s for so many bytes; larger files are read by a job.
LARGE_BYTES = 400 * 1024


@dataclass(frozen=True)
class Reading:
    """A file as sheets, and the register in them."""

    sheets: tuple[Sheet, ...]
    register: Register


def is_large(size: int) -> bool:
    """Return whether a file of `size` bytes is too slow to read while a page waits."""
    return size > LARGE_BYTES


def is_slow(data: bytes) -> bool:
    """Return whether even opening the file takes longer than a page may: a large workbook."""
    return data.startswith(b"PK") and LARGE_BYTES < len(data) <= LARGEST_BYTES


def has_header(data: bytes, filename: str) -> bool:
    """Return whether any sheet looks like a register; its columns may still be unknown.

    Raises:
        SpreadsheetError: the file cannot be read.
    """
    sheets = read_spreadsheet(data, filename)
    return any(find_header(sheet) is not None for sheet in sheets if not sheet.hidden)


def read_file(data: bytes, filename: str, *, on: date) -> Reading:
    """Read a register from bytes, with the guessed columns and states as on the day `on`.

    Raises:
        SpreadsheetError: the file cannot be read.
        NoHeaderError: no sheet looks like a register.
    """
    return _read(data, filename, None, on)


def read_import(row: RegisterImport, *, on: date) -> Reading:
    """Read an uploaded file again with its mapping of columns.

    Raises:
        FileMissingError: the file is gone.
        InvalidError: the columns of the mapping do not fit.
    """
    if is_large(row.size):
        return _read(file_store().read(row.file_sha256), row.filename, row.mapping, on)
    # The digest names the bytes, so that turning the pages of a preview reads the file once.
    file_store().open(row.file_sha256).close()
    return _read_kept(row.file_sha256, row.filename, json.dumps(row.mapping), on)


@lru_cache(maxsize=4)
def _read_kept(digest: str, filename: str, mapping: str, on: date) -> Reading:
    return _read(file_store().read(digest), filename, json.loads(mapping), on)


def read_sheets(row: RegisterImport) -> list[Sheet]:
    """Return the sheets of an uploaded file, for choosing columns by hand."""
    return read_spreadsheet(file_store().read(row.file_sha256), row.filename)


def _read(data: bytes, filename: str, mapping: Mapping[str, Any] | None, on: date) -> Reading:
    sheets = read_spreadsheet(data, filename)
    register = parse_register(
        sheets, mapping=mapping, units=load_units(), taxonomy=load_taxonomy(), on=on
    )
    return Reading(tuple(sheets), register)
