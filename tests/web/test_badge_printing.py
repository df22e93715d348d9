"""The look of badges, printing them all in a job, the trial print."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from tests.support import builders
from tests.support.builders import csrf_of, sign_in
from tests.support.gate_world import make_badges, qr_texts, token_of
from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import BadgeDesign, Block, Sheet
from tgfair.core.badge_rules import BadgeRules, read_rules
from tgfair.models import Badge, Fair, Role
from tgfair.policy import SYSTEM
from tgfair.services import badge_print_jobs as printing
from tgfair.services import badges, jobs
from tgfair.services.uow import reader

NOW = builders.NOW
LOOK = {
    "sheet": "a4-8",
    "blocks": ["organisation", "plate", "short_code"],
    "qr_mm": "37",
    "builders": "2",
    "vehicles": "0",
}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        yield builders.make_fair(registration_closes_at=NOW)


@pytest.fixture
def organiser(client, fair):
    user = builders.make_user(Role.ORGANISER, fair=fair)
    sign_in(client, user)
    return user


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def kept(fair):
    reader().rollback()
    row = reader().get_one(Fair, fair.id, populate_existing=True)
    return row.version, read_rules(row.badge_rules)


def picture(width=400, height=160):
    stream = BytesIO()
    Image.new("RGB", (width, height), "#339966").save(stream, "PNG")
    return BytesIO(stream.getvalue()), "logo.png"


@pytest.mark.usefixtures("organiser")
def test_look_is_tried_without_saving_and_then_saved(client, fair):
    path = f"/ql/{fair.slug}/the/mau"
    version, before = kept(fair)

    tried = post(client, path, action="preview", version=version, **LOOK)
    assert tried.status_code == 200
    assert "kho=a4-8&amp;qr=37&amp;co=organisation.plate.short_code" in tried.text
    assert kept(fair)[1] == before
    assert post(client, path, version=version, **LOOK).status_code == 303

    blocks = frozenset({Block.ORGANISATION, Block.PLATE, Block.SHORT_CODE})
    design = BadgeDesign(Sheet.A4_EIGHT, blocks, 37, crop_marks=False)
    assert kept(fair)[1] == BadgeRules({BadgeKind.BUILDER: 2, BadgeKind.VEHICLE: 0}, design)


@pytest.mark.usefixtures("organiser")
def test_a_code_too_small_to_be_read_is_refused(client, fair):
    answer = post(client, f"/ql/{fair.slug}/the/mau", version=1, **{**LOOK, "qr_mm": "30"})

    assert answer.status_code == 400
    assert "Từ 35 đến 40 mm để máy đọc được." in answer.text


@pytest.mark.usefixtures("organiser")
def test_who_saves_second_sees_that_somebody_was_faster(client, fair):
    path = f"/ql/{fair.slug}/the/mau"
    version, _ = kept(fair)
    post(client, path, version=version, **LOOK)

    answer = post(client, path, version=version, **{**LOOK, "builders": "9"})

    assert answer.status_code == 400
    assert kept(fair)[1].a_booth[BadgeKind.BUILDER] == 2


@pytest.mark.usefixtures("organiser")
def test_sample_is_a_picture_of_the_card(client, fair):
    path = f"/ql/{fair.slug}/the/mau.png"

    sizes = {
        query: Image.open(BytesIO(client.get(f"{path}{query}").data)).size
        for query in ("", "?kho=a4-8&qr=36&co=event", "?kho=roll", "?kho=none&qr=99&co=x")
    }

    assert sizes == {
        "": (860, 1240),
        "?kho=a4-8&qr=36&co=event": (850, 540),
        "?kho=roll": (620, 1000),
        "?kho=none&qr=99&co=x": (860, 1240),
    }


@pytest.mark.usefixtures("organiser")
def test_logos_are_added_shown_and_dropped(client, fair):
    path = f"/ql/{fair.slug}/the/mau/dau-hieu"

    assert post(client, path, logo=picture()).status_code == 303
    (digest,) = kept(fair)[1].design.logos
    assert client.get(f"{path}/{digest}.jpg").mimetype == "image/jpeg"
    for number in range(3):
        post(client, path, logo=picture(400, 100 + number))
    full = post(client, path, logo=picture(400, 50))
    assert full.status_code == 400
    assert "Thẻ có chỗ cho 4 dấu hiệu" in full.text
    post(client, f"{path}/{digest}/bo")

    assert len(kept(fair)[1].design.logos) == 3
    assert client.get(f"{path}/{digest}.jpg").status_code == 404
    assert post(client, path).status_code == 400


@pytest.mark.usefixtures("organiser")
def test_trial_print_opens_no_gate(client, fair):
    pdf = client.get(f"/ql/{fair.slug}/the/in-thu.pdf?kho=a4-8")

    assert pdf.mimetype == "application/pdf"
    assert {text[:24] for text in qr_texts(pdf.data)} == {"TG1:KHONG PHAI THE THAT "}
    assert len(pypdfium2.PdfDocument(pdf.data)) == 2


@pytest.mark.usefixtures("organiser")
def test_all_badges_are_drawn_into_one_file(client, fair):
    made = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức", "Lê Thị Bé")
    badges.revoke_badge(SYSTEM, made[2].public_id, reason="Thử", now=NOW)
    path = f"/ql/{fair.slug}/the"

    answer = post(client, f"{path}/in-tat-ca", loai="0", kho="a4-8", moi="1")
    assert jobs.run_due("test", kinds=["badge_sheets"])
    page = client.get(answer.location).text
    assert "Đã vẽ 2 thẻ" in page
    address = next(part for part in page.split('"') if part.startswith(f"{path}/tep/"))
    pdf = client.get(address, buffered=True)

    assert qr_texts(pdf.data, scale=4) == [token_of(made[0]), token_of(made[1])]
    again = post(client, f"{path}/in-tat-ca", loai="0", kho="a4-8", moi="1")
    assert "Không có thẻ nào để in" in client.get(again.location).text


def test_an_issue_after_the_drawing_is_new_again(fair):
    first, second = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    printing.start_print(SYSTEM, fair.id, printing.Wanted(), now=NOW)
    assert jobs.run_due("test", kinds=["badge_sheets"])

    badges.reissue_badge(SYSTEM, first.public_id, reason="Mất", now=NOW)

    reader().rollback()
    rows = reader().scalars(select(Badge).where(Badge.printed_at.is_(None))).all()
    assert [row.id for row in rows] == [first.id]
    assert second.id not in {row.id for row in rows}
