"""Signs and certificates on the pages; the badges of who only attends."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.support import builders
from tests.support.builders import csrf_of, sign_in
from tests.support.gate_world import qr_texts, token_of
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Fair, Invitation, Role, Rsvp
from tgfair.policy import SYSTEM
from tgfair.services import (
    allocations,
    attendance,
    booth_papers,
    delegates,
    inspections,
    publications,
)
from tgfair.services.delegates import delegate_badges
from tgfair.services.uow import reader, transaction

NOW = builders.NOW


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = builders.make_fair(registration_closes_at=NOW)
        builders.install_plan(fair)
        yield fair


@pytest.fixture
def exhibitor(fair):
    return builders.make_exhibitor("Cơ sở Mắm Út Hạnh")


@pytest.fixture
def owner(client, exhibitor):
    user = builders.make_member(exhibitor)
    sign_in(client, user)
    return user


@pytest.fixture
def application(fair, exhibitor):
    """A confirmed application with booth C12."""
    made = builders.make_application(fair, exhibitor, State.APPROVED, wishes=["C"])
    allocations.assign_booth(SYSTEM, fair.id, "C12", made.code, reason="Hợp nhất", now=NOW)
    publications.publish(SYSTEM, fair.id, note=None, now=NOW)
    attendance.accept_booth(SYSTEM, made.code, now=NOW)
    return made


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def end(fair, *, days_ago):
    today = clock.day_in_vietnam(clock.real_now())
    with transaction() as session:
        row = session.get_one(Fair, fair.id)
        row.first_day = row.last_day = today - timedelta(days=days_ago)


@pytest.mark.usefixtures("owner")
def test_sign_leads_to_the_public_page_of_the_booth(client, fair, application):
    page = client.get(f"/ho-so/{application.code}/gian").text
    pdf = client.get(f"/ho-so/{application.code}/bien-gian.pdf")

    assert f"/ho-so/{application.code}/bien-gian.pdf" in page
    (link,) = qr_texts(pdf.data)
    path = f"/{fair.slug}/gian-hang/C12"
    assert link.endswith(path)
    assert "Cơ sở Mắm Út Hạnh" in client.get(path).text


@pytest.mark.usefixtures("owner")
def test_certificate_waits_for_the_last_day(client, fair, application):
    path = f"/ho-so/{application.code}/chung-nhan.pdf"
    end(fair, days_ago=-3)

    early = client.get(path)
    assert early.status_code == 303
    assert "Giấy chứng nhận tải được từ ngày" in client.get(early.location).text
    end(fair, days_ago=0)

    assert client.get(path).mimetype == "application/pdf"
    assert path in client.get(f"/ho-so/{application.code}/gian").text


@pytest.mark.usefixtures("owner")
def test_who_was_never_seen_gets_no_certificate_where_others_were(client, fair, application):
    other = builders.make_application(fair, builders.make_exhibitor(), State.APPROVED, wishes=["C"])
    allocations.assign_booth(SYSTEM, fair.id, "C13", other.code, reason="Hợp nhất", now=NOW)
    publications.publish(SYSTEM, fair.id, note=None, now=NOW)
    attendance.accept_booth(SYSTEM, other.code, now=NOW)
    end(fair, days_ago=0)
    now = clock.real_now()
    path = f"/ho-so/{application.code}/chung-nhan.pdf"

    def printed():
        return len(pypdfium2.PdfDocument(booth_papers.certificates_pdf(SYSTEM, fair.id, now=now)))

    assert (client.get(path).status_code, printed()) == (200, 2)
    inspections.inspect_booth(SYSTEM, fair.id, "C13", "present", "", now=now)
    refused = client.get(path)
    assert (refused.status_code, printed()) == (303, 1)
    assert "chưa ghi cơ sở có mặt" in client.get(refused.location).text
    inspections.inspect_booth(SYSTEM, fair.id, "C12", "present", "", now=now)
    assert (client.get(path).status_code, printed()) == (200, 2)


@pytest.mark.usefixtures("application")
def test_organiser_prints_signs_and_certificates(client, fair):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=fair))
    base = f"/ql/{fair.slug}/the"

    assert len(qr_texts(client.get(f"{base}/bien-gian.pdf").data)) == 1
    assert len(qr_texts(client.get(f"{base}/bien-gian.pdf?gian=c12").data)) == 1
    none = client.get(f"{base}/bien-gian.pdf?gian=a1")
    assert "Chưa có gian nào được công bố" in client.get(none.location).text
    assert client.get(f"{base}/chung-nhan.pdf").mimetype == "application/pdf"


@pytest.fixture
def invitation(fair, exhibitor):
    """An invitation answered with "only attend", two people."""
    made = builders.make_invitation(fair, exhibitor)
    with transaction() as session:
        row = session.get_one(Invitation, made.id)
        row.rsvp, row.headcount = Rsvp.ATTEND_ONLY, 2
    return made


@pytest.mark.usefixtures("owner")
def test_guests_name_themselves_and_take_their_badges(client, fair, exhibitor, invitation):
    path = f"/moi/{fair.slug}/{exhibitor.public_id}/the"
    assert "Chưa có thẻ" in client.get(path).text
    delegates.issue_to_delegates(SYSTEM, invitation.id, now=NOW)

    answer = post(client, path, name1="Nguyễn Thị Út Hạnh", name2="")

    assert (answer.status_code, answer.location) == (303, path)
    assert "Nguyễn Thị Út Hạnh" in client.get(path).text
    first, second = delegate_badges(reader(), invitation.id)
    assert qr_texts(client.get(f"{path}.pdf").data) == [token_of(first), token_of(second)]
    picture = client.get(f"{path}/{first.public_id}.png")
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.data)))
    assert code.text == token_of(first)
    assert (first.generation, second.holder_name) == (0, "")


@pytest.mark.usefixtures("owner")
def test_another_guest_voids_the_printed_badge(client, fair, exhibitor, invitation):
    path = f"/moi/{fair.slug}/{exhibitor.public_id}/the"
    delegates.issue_to_delegates(SYSTEM, invitation.id, now=NOW)
    post(client, path, name1="Nguyễn Thị Út Hạnh")

    post(client, path, name1="Trần Văn Đức")
    too_long = post(client, path, name2="x" * 130)

    assert too_long.status_code == 400
    assert "Dài quá 120 ký tự" in too_long.text
    reader().rollback()
    first, second = delegate_badges(reader(), invitation.id)
    assert [(b.holder_name, b.generation) for b in (first, second)] == [
        ("Trần Văn Đức", 1),
        ("", 0),
    ]
