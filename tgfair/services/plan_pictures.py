"""The picture under a draft: a photograph, a scan or a drone's view to draw over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tgfair.core.errors import NotFoundError
from tgfair.core.layout.draft import Background, parse_draft
from tgfair.documents.images import clean_upload
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.file_store import file_store
from tgfair.services.plan_drafts import draft_row, put_draft
from tgfair.services.uow import check_seen, reader, transaction


def put_picture(
    actor: Actor, fair_id: int, data: bytes, filename: str, *, seen_version: int, now: datetime
) -> int:
    """Lay a picture under the draft, as wide as the sheet at first; return the draft's version.

    Raises:
        UploadRefusedError: no picture that can be read. ConflictError: the draft has changed.
        NotFoundError: there is no draft. DiskFullError: the server has no room.
    """
    fair, _ = draft_row(reader(), actor, fair_id, lock=False)
    require(actor, Action.EDIT_FAIR, fair)
    clean = clean_upload(data, name=filename, images_only=True)
    digest = file_store().put(clean.data)
    with transaction() as session:
        _, row = draft_row(session, actor, fair_id, lock=True)
        check_seen(row, seen_version)
        draft = parse_draft(row.document)
        width, height = clean.width or 1, clean.height or 1
        picture = Background(width, height, scale=round(draft.plan.width / width, 6))
        if row.picture_sha256 != digest:
            let_go(session, row.picture_sha256, now=now, fair_id=fair_id)
        row.picture_sha256 = digest
        record(session, actor, "plan.picture_added", row, now=now)
        return put_draft(session, actor, row, replace(draft, background=picture), now=now)


def picture_of(actor: Actor, fair_id: int) -> bytes:
    """Return the picture under the draft, a JPEG.

    Raises:
        NotFoundError: there is no draft, or nothing lies under it.
    """
    _, row = draft_row(reader(), actor, fair_id, lock=False)
    if row.picture_sha256 is None:
        raise NotFoundError
    return file_store().read(row.picture_sha256)


def remove_picture(actor: Actor, fair_id: int, *, seen_version: int, now: datetime) -> int:
    """Take the picture away; return the draft's version. Raises as `put_picture` does."""
    with transaction() as session:
        _, row = draft_row(session, actor, fair_id, lock=True)
        check_seen(row, seen_version)
        let_go(session, row.picture_sha256, now=now, fair_id=fair_id)
        row.picture_sha256 = None
        draft = replace(parse_draft(row.document), background=None)
        record(session, actor, "plan.picture_removed", row, now=now)
        return put_draft(session, actor, row, draft, now=now)
