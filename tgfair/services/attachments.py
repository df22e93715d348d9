"""Photos and papers: cleaned and stored first, named by a row afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.application.steps import PAPER_LABELS, Step
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import clean_text, drop_unsafe
from tgfair.core.workflow import EDITABLE, FINAL
from tgfair.documents.images import CleanFile, clean_upload
from tgfair.models.application import Application
from tgfair.models.attachment import Attachment
from tgfair.models.product import Product
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.applications import NotEditableError, current_fixes
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.file_store import file_store
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, reader, transaction

MAX_FILES = 20
MAX_BYTES = 50 * 1024 * 1024
THUMB = 480
PICTURES = frozenset({"product_photo", "label_photo"})


class TooManyFilesError(ConflictError):
    """The application has as many files as it may."""

    code = "too_many_files"

    def message(self) -> str:
        """Say what to do."""
        return f"Mỗi hồ sơ gửi tối đa {MAX_FILES} tệp, 50 MB. Hãy xóa bớt tệp cũ rồi gửi lại."


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it; `product` is the public id of the product it shows."""

    kind: str
    filename: str
    data: bytes
    product: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file to be sent to the browser."""

    name: str
    content_type: str
    data: bytes


def add_attachment(actor: Actor, code: str, upload: Upload, *, now: datetime) -> str:
    """Clean, store and attach a file; return its public id. Also after sending, for papers owed.

    Raises:
        NotFoundError: missing or foreign.
        NotEditableError: the application is final.
        UploadRefusedError: with the sentence for the file.
        TooManyFilesError: 20 files or 50 MB are reached.
        DiskFullError: the server has no room.
    """
    if upload.kind not in PAPER_LABELS:
        raise InvalidError("Chưa chọn loại giấy tờ")
    _receiving(reader(), actor, code)
    clean = clean_upload(upload.data, name=upload.filename, images_only=upload.kind in PICTURES)
    store = file_store()
    sha256 = store.put(clean.data)
    thumb = store.put(clean.thumbs[THUMB]) if THUMB in clean.thumbs else None
    with transaction() as session:
        application = _receiving(session, actor, code)
        # Several photos come at the same moment: each waits for the one before.
        session.refresh(application, with_for_update=True)
        if application.state in FINAL:
            raise NotEditableError(application.state)
        _check_room(application, len(clean.data))
        row = _row(upload, clean, sha256, thumb, now=now)
        row.application_id = application.id
        row.product_id = _product_id(session, application, upload.product)
        session.add(row)
        for fix in current_fixes(application):
            if fix.step == Step.FILES and fix.field == upload.kind:
                fix.resolved_at = now
        application.saved_at = now
        record(session, actor, "attachment.added", row, now=now, fair_id=application.fair_id)
        return row.public_id


def _receiving(session: Session, actor: Actor, code: str) -> Application:
    application = find(
        session, Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.EDIT_APPLICATION, application)
    if application.state in FINAL:
        raise NotEditableError(application.state)
    return application


def _check_room(application: Application, size: int) -> None:
    files = application.attachments
    if len(files) >= MAX_FILES or sum(file.size for file in files) + size > MAX_BYTES:
        raise TooManyFilesError


def _row(
    upload: Upload, clean: CleanFile, sha256: str, thumb: str | None, *, now: datetime
) -> Attachment:
    name = clean_text(drop_unsafe(upload.filename)).replace("/", " ").replace("\\", " ")
    return Attachment(
        public_id=public_id(),
        kind=upload.kind,
        filename=name[-120:] or "tep",
        content_type=clean.content_type,
        size=len(clean.data),
        sha256=sha256,
        thumb_sha256=thumb,
        width=clean.width,
        height=clean.height,
        uploaded_at=now,
    )


def _product_id(session: Session, application: Application, product: str | None) -> int | None:
    if product is None:
        return None
    return session.scalar(
        select(Product.id).where(
            Product.public_id == product, Product.exhibitor_id == application.exhibitor_id
        )
    )


def delete_attachment(actor: Actor, attachment_id: str, *, now: datetime) -> str:
    """Take a file off an application that is still editable; return the application's code.

    Raises:
        NotFoundError: missing or foreign.
        NotEditableError: the application was sent.
    """
    with transaction() as session:
        row = find(
            session,
            Attachment,
            Attachment.public_id == attachment_id,
            visible_to(actor, Attachment),
        )
        application = row.application
        require(actor, Action.EDIT_APPLICATION, application)
        if application.state not in EDITABLE:
            raise NotEditableError(application.state)
        record(session, actor, "attachment.deleted", row, now=now, fair_id=application.fair_id)
        files = row.sha256, row.thumb_sha256
        let_go(session, *files, now=now, fair_id=application.fair_id)
        application.attachments.remove(row)
        application.saved_at = now
        return application.code


def read_attachment(actor: Actor, attachment_id: str, *, thumb: bool) -> StoredFile:
    """Return a file, or its thumbnail (WebP) when it has one.

    Raises:
        NotFoundError: missing or foreign.
    """
    row = find(
        reader(), Attachment, Attachment.public_id == attachment_id, visible_to(actor, Attachment)
    )
    require(actor, Action.VIEW_APPLICATION, row.application)
    if thumb and row.thumb_sha256:
        return StoredFile(row.filename, "image/webp", file_store().read(row.thumb_sha256))
    return StoredFile(row.filename, row.content_type, file_store().read(row.sha256))
