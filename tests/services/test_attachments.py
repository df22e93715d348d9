"""Photos and papers of an application."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.support.builders import (
    NOW,
    actor_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    save,
)
from tgfair.core.errors import NotFoundError
from tgfair.core.workflow import State
from tgfair.documents.images import UploadRefusedError
from tgfair.models import Application, Attachment, Fix
from tgfair.services.applications import NotEditableError
from tgfair.services.attachments import (
    MAX_FILES,
    TooManyFilesError,
    Upload,
    add_attachment,
    delete_attachment,
    read_attachment,
)
from tgfair.services.identifiers import public_id
from tgfair.services.uow import reader

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def exhibitor(_in_app):
    return make_exhibitor()


@pytest.fixture
def owner(exhibitor):
    return actor_of(make_member(exhibitor), owns=(exhibitor,))


@pytest.fixture
def draft(exhibitor):
    return make_application(make_fair(), exhibitor, State.DRAFT)


def picture(width: int = 900, height: int = 600) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#336699").save(out, "PNG")
    return out.getvalue()


def files(application: Application) -> list[Attachment]:
    reader().rollback()
    return reader().get(Application, application.id).attachments


def test_photo_is_cleaned_and_shown_again(owner, draft, exhibitor):
    product = exhibitor.products[0]
    upload = Upload("product_photo", "ảnh mắm.png", picture(), product.public_id)

    name = add_attachment(owner, draft.code, upload, now=NOW)

    (row,) = files(draft)
    shown = read_attachment(owner, name, thumb=False)
    small = read_attachment(owner, name, thumb=True)
    assert (row.kind, row.filename, row.content_type, row.width, row.product_id) == (
        "product_photo",
        "ảnh mắm.png",
        "image/jpeg",
        900,
        product.id,
    )
    assert (shown.data[:2], small.content_type, small.data[8:12]) == (
        b"\xff\xd8",
        "image/webp",
        b"WEBP",
    )


@pytest.mark.parametrize(
    ("kind", "name", "data", "reason"),
    [
        ("product_photo", "a.jpg", b"", "empty"),
        ("product_photo", "a.jpg", PDF, "pdf_as_image"),
        ("attp", "giay.jpg", PDF, "pdf_as_image"),
        ("attp", "a.exe", b"MZ\x90", "unreadable"),
        ("attp", "a.pdf", b"%PDF-1.4" + b"0" * (11 * 1024 * 1024), "too_big"),
    ],
)
def test_file_that_cannot_be_used_is_refused(owner, draft, kind, name, data, reason):
    with pytest.raises(UploadRefusedError) as caught:
        add_attachment(owner, draft.code, Upload(kind, name, data), now=NOW)

    assert (caught.value.reason, files(draft)) == (reason, [])


def test_paper_heeds_the_fix_that_asked_for_it(owner, exhibitor):
    returned = make_application(make_fair(), exhibitor, State.CHANGES_REQUESTED)
    fix = save(Fix(application_id=returned.id, round=1, step="files", field="attp", text="Mờ"))

    add_attachment(owner, returned.code, Upload("attp", "giay.pdf", PDF), now=NOW)

    reader().rollback()
    assert reader().get(Fix, fix.id).resolved_at == NOW


def test_paper_may_follow_after_sending_but_not_go(owner, exhibitor):
    sent = make_application(make_fair(), exhibitor, State.SUBMITTED)

    name = add_attachment(owner, sent.code, Upload("attp", "giay.pdf", PDF), now=NOW)

    with pytest.raises(NotEditableError):
        delete_attachment(owner, name, now=NOW)


def test_paper_for_a_final_application_is_refused(owner, exhibitor):
    gone = make_application(make_fair(), exhibitor, State.WITHDRAWN)

    with pytest.raises(NotEditableError):
        add_attachment(owner, gone.code, Upload("attp", "giay.pdf", PDF), now=NOW)


def test_one_file_too_many_is_refused(owner, draft):
    for _ in range(MAX_FILES):
        save(
            Attachment(
                public_id=public_id(),
                application_id=draft.id,
                kind="other",
                filename="x",
                content_type="application/pdf",
                size=1,
                sha256="0" * 64,
                uploaded_at=NOW,
            )
        )

    with pytest.raises(TooManyFilesError):
        add_attachment(owner, draft.code, Upload("attp", "giay.pdf", PDF), now=NOW)


def test_file_is_deleted_from_a_draft(owner, draft):
    name = add_attachment(owner, draft.code, Upload("attp", "giay.pdf", PDF), now=NOW)

    assert delete_attachment(owner, name, now=NOW) == draft.code
    assert files(draft) == []


def test_foreign_file_is_not_found(owner, draft):
    name = add_attachment(owner, draft.code, Upload("attp", "giay.pdf", PDF), now=NOW)
    stranger = actor_of(make_member(make_exhibitor()), owns=(make_exhibitor(),))

    for act in (
        lambda: read_attachment(stranger, name, thumb=False),
        lambda: delete_attachment(stranger, name, now=NOW),
        lambda: add_attachment(stranger, draft.code, Upload("attp", "a.pdf", PDF), now=NOW),
    ):
        with pytest.raises(NotFoundError):
            act()
