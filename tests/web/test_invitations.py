from __future__ import annotations

import pytest

from tests.support.builders import (
    csrf_of,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    sign_in,
)
from tgfair.models import Role


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def here(app, client):
    with app.app_context():
        fair = make_fair()
        sign_in(client, make_user(Role.ORGANISER))
        yield fair, f"/ql/{fair.slug}/giay-moi"


def test_an_empty_list_says_what_to_do(here, client):
    fair, url = here

    page = client.get(url).text

    assert "Chưa mời ai" in page
    assert f"/ql/{fair.slug}/giay-moi/moi" in page


def test_everybody_is_invited_in_one_action(here, client):
    _, url = here
    make_exhibitor("Hợp tác xã Vàm Trà"), make_exhibitor("Cơ sở không thư", email=None)

    assert "1 không có thư" in client.get(f"{url}/moi").text
    data = {"csrf_token": csrf_of(client), "scope": "all"}
    page = client.post(f"{url}/moi", data=data, follow_redirects=True).text

    assert "Đã mời 2 chủ thể: 1 qua thư điện tử, 1 cần gọi." in page
    assert "Hợp tác xã Vàm Trà" in page


def test_letters_come_as_a_pdf_and_an_empty_choice_says_so(here, client):
    fair, url = here
    invitation = make_invitation(fair, make_exhibitor())
    data = {"csrf_token": csrf_of(client)}

    assert "Chưa chọn giấy mời" in client.post(f"{url}/in", data=data, follow_redirects=True).text
    answer = client.post(f"{url}/in", data={**data, "id": str(invitation.id)})

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")
    assert "Đã in" in client.get(url).text


def test_one_invitation_shows_link_and_text_and_can_be_revoked(here, client):
    fair, url = here
    invitation = make_invitation(fair, make_exhibitor("Cơ sở Mắm Út Hạnh"))
    one = f"{url}/{invitation.id}"

    assert "http://localhost/m/" in client.get(one).text
    client.post(f"{one}/thu-hoi", data={"csrf_token": csrf_of(client)})

    page = client.get(one).text
    assert "Đã thu hồi" in page
    assert "http://localhost/m/" not in page


def test_missing_invitations_are_404(here, client):
    _, url = here

    assert client.get(f"{url}/999").status_code == 404
    assert (
        client.post(f"{url}/999/thu-hoi", data={"csrf_token": csrf_of(client)}).status_code == 404
    )
