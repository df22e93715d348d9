"""Register files on their way to being applied: upload, columns, preview again, discard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tgfair import clock
from tgfair.core.register.parse import NoHeaderError, check_fields
from tgfair.models.register_import import ImportState
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.file_store import file_store
from tgfair.services.import_rows import (
    new_import,
    open_import,
    own_import,
    plain_name,
    queue_job,
)
from tgfair.services.register_files import has_header, is_large, is_slow, read_import
from tgfair.services.uow import reader, transaction

NO_HEADER: Final = "Không tìm thấy hàng tiêu đề. Tệp cần có cột tên chủ thể và cột tên sản phẩm."
PREVIEW: Final = "register_preview"


def upload_register(actor: Actor, filename: str, data: bytes, *, now: datetime) -> str:
    """Keep a register file for preview and return the import's public id.

    Raises:
        SpreadsheetError: the file cannot be read; nothing is kept.
        NoHeaderError: no sheet looks like a register; nothing is kept.
        DiskFullError: there is too little room.
    """
    require(actor, Action.IMPORT_REGISTER)
    filename = plain_name(filename)
    if not is_slow(data) and not has_header(data, filename):
        raise NoHeaderError(NO_HEADER, field="file")
    digest = file_store().put(data)
    with transaction() as session:
        require(actor, Action.IMPORT_REGISTER)
        row = new_import(actor, filename, digest, len(data), now=now)
        session.add(row)
        session.flush()
        if is_large(row.size):
            queue_job(session, actor, row, PREVIEW, now=now)
        record(session, actor, "import.uploaded", row, now=now, size=row.size)
        return row.public_id


def choose_columns(
    actor: Actor,
    import_id: str,
    mapping: Mapping[str, Mapping[str, str | None]],
    *,
    now: datetime,
) -> None:
    """Set which column holds what (sheet -> column -> field or None) and preview again.

    Raises:
        MappingError: an unknown field, one chosen twice, or name or product left out.
        ImportOverError: it was applied or discarded.
    """
    row = own_import(reader(), actor, import_id)
    for columns in mapping.values():
        check_fields(columns.values())
    wanted = {sheet: dict(columns) for sheet, columns in mapping.items()}
    if not is_large(row.size):
        trial = new_import(actor, row.filename, row.file_sha256, row.size, now=now)
        trial.mapping = wanted
        read_import(trial, on=clock.day_in_vietnam(now))
    with transaction() as session:
        row = open_import(session, actor, import_id)
        row.mapping = wanted
        if is_large(row.size):
            queue_job(session, actor, row, PREVIEW, now=now)


def preview_again(actor: Actor, import_id: str, *, now: datetime) -> None:
    """Compare a large file with the data once more, in a job.

    Raises:
        ImportOverError: it was applied or discarded.
        ImportBusyError: a job is at it.
    """
    with transaction() as session:
        row = open_import(session, actor, import_id)
        if is_large(row.size):
            queue_job(session, actor, row, PREVIEW, now=now)


def discard_import(actor: Actor, import_id: str, *, now: datetime) -> None:
    """Put an uploaded file aside without applying it.

    Raises:
        ImportOverError: it was applied or discarded before.
    """
    with transaction() as session:
        row = open_import(session, actor, import_id)
        row.state = ImportState.DISCARDED
        record(session, actor, "import.discarded", row, now=now)
