"""Reads of register imports: the list, one import with its preview, its bad rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tgfair.core.errors import InvalidError
from tgfair.core.register.changes import plan_changes
from tgfair.documents.spreadsheet_out import Column, Row, table_xlsx
from tgfair.models.account import User
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.job import Job, JobState
from tgfair.models.register_import import ImportState, RegisterImport
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.file_store import file_store
from tgfair.services.import_preview import (
    Preview,
    SheetColumns,
    build_preview,
    columns_of,
    preview_from_json,
)
from tgfair.services.register_files import is_large, read_import, read_sheets
from tgfair.services.register_rows import load_known
from tgfair.services.uow import find, reader

MOST_IMPORTS = 100
LIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class ImportLine:
    """An import in the list."""

    row: RegisterImport
    by: str


@dataclass(frozen=True)
class ImportPage:
    """One import: the job at it, if any, and the preview, or the sentence why there is none.

    `sheets` are the columns to choose; without a preview they show what was guessed or chosen.
    """

    row: RegisterImport
    job: Job | None
    preview: Preview | None
    refused: str
    sheets: tuple[SheetColumns, ...]

    @property
    def working(self) -> bool:
        """Whether a job is reading or writing the file."""
        return self.job is not None and self.job.state in LIVE


def imports(actor: Actor) -> list[ImportLine]:
    """Return the newest imports with who brought them in."""
    require(actor, Action.IMPORT_REGISTER)
    rows = reader().execute(
        select(RegisterImport, User.name)
        .outerjoin(User, User.id == RegisterImport.created_by_id)
        .where(visible_to(actor, RegisterImport))
        .order_by(RegisterImport.id.desc())
        .limit(MOST_IMPORTS)
    )
    return [ImportLine(row, name or "Dòng lệnh") for row, name in rows]


def import_page(actor: Actor, import_id: str, *, today: date) -> ImportPage:
    """Return an import; its preview is computed from the file and the data as they are now.

    Raises:
        NotFoundError: there is none, or it is not the actor's to see.
    """
    session = reader()
    row = find(
        session,
        RegisterImport,
        RegisterImport.public_id == import_id,
        visible_to(actor, RegisterImport),
    )
    require(actor, Action.IMPORT_REGISTER, row)
    job = session.get(Job, row.job_id) if row.job_id else None
    if row.state is not ImportState.UPLOADED or (job is not None and job.state in LIVE):
        return ImportPage(row, job, None, "", ())
    try:
        preview = _left_by(job) if is_large(row.size) else _fresh(row, today)
    except InvalidError as error:
        return ImportPage(row, job, None, error.message(), _columns(row))
    if preview is None:
        refused = job.text if job else "Chưa đọc được tệp."
        return ImportPage(row, job, None, refused, ())
    return ImportPage(row, job, preview, "", preview.sheets)


def _fresh(row: RegisterImport, today: date) -> Preview:
    reading = read_import(row, on=today)
    return build_preview(reading, plan_changes(reading.register, load_known(reader()).known))


def _left_by(job: Job | None) -> Preview | None:
    """Return the preview that the last job left behind; None where it failed."""
    digest = (job.result or {}).get("preview") if job else None
    if digest is None:
        return None
    return preview_from_json(json.loads(file_store().read(str(digest))))


def _columns(row: RegisterImport) -> tuple[SheetColumns, ...]:
    return tuple(columns_of(tuple(read_sheets(row)), None))


def exhibitor_links(ids: Sequence[int]) -> dict[int, str]:
    """Return the public ids of exhibitors."""
    rows = reader().execute(
        select(Exhibitor.id, Exhibitor.public_id).where(Exhibitor.id.in_(list(ids)))
    )
    return {row.id: row.public_id for row in rows}


def bad_rows_xlsx(page: ImportPage) -> bytes:
    """Return the rows that have problems as they stand in the file, each with its reasons.

    The columns keep their headings, so that the mended file can be imported as it is.
    """
    preview = page.preview
    if preview is None:
        raise InvalidError(page.refused or "Tệp này đã nhập xong.")
    headings = list(dict.fromkeys(c.heading for sheet in preview.sheets for c in sheet.columns))
    places = {
        sheet.name: [headings.index(c.heading) for c in sheet.columns] for sheet in preview.sheets
    }
    rows: list[Row] = []
    for bad in preview.bad_rows:
        cells = [""] * len(headings)
        for place, text in zip(places[bad.sheet], bad.cells, strict=True):
            cells[place] = text
        rows.append([*cells, bad.sheet, bad.row, "\n".join(bad.reasons)])
    columns = [Column(text) for text in (*headings, "Trang tính", "Hàng", "Cần xem lại")]
    return table_xlsx("Các hàng cần xem lại", columns, rows)
