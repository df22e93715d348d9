"""The one file of a bulletin item: the letter of invitation, the form to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tgfair.core.errors import NotFoundError
from tgfair.core.vietnamese import clean_text, drop_unsafe
from tgfair.documents.images import clean_upload
from tgfair.models.bulletin import Bulletin
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.file_store import file_store
from tgfair.services.uow import find, reader, transaction


@dataclass(frozen=True)
class ItemFile:
    """A file to be sent to the browser."""

    name: str
    content_type: str
    data: bytes


def attach_file(actor: Actor, bulletin_id: str, name: str, data: bytes, *, now: datetime) -> None:
    """Put a PDF or a picture beside an item, instead of the one there.

    Raises:
        UploadRefusedError: with the sentence for the file.
        NotFoundError: there is no such item.
    """
    require(actor, Action.MANAGE_BULLETIN)
    find(reader(), Bulletin, Bulletin.public_id == bulletin_id)
    clean = clean_upload(data, name=name)
    sha256 = file_store().put(clean.data)
    with transaction() as session:
        row = find(session, Bulletin, Bulletin.public_id == bulletin_id)
        shown = clean_text(drop_unsafe(name)).replace("/", " ").replace("\\", " ")
        row.file_name, row.file_type = shown[-120:] or "tep", clean.content_type
        if row.file_sha256 != sha256:
            let_go(session, row.file_sha256, now=now)
        row.file_sha256 = sha256
        row.changed_at = now
        record(session, actor, "bulletin.file", row, now=now)


def file_of(item: Bulletin) -> ItemFile:
    """Return an item's file; the caller has asked whether its page may be seen.

    Raises:
        NotFoundError: it has none.
    """
    if item.file_sha256 is None:
        raise NotFoundError
    data = file_store().read(item.file_sha256)
    return ItemFile(item.file_name or "tep", item.file_type or "application/pdf", data)
