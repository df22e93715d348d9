"""Who was signed out, or signed in anew, while typing loses nothing."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete

from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.models import AuthSession
from tgfair.services.uow import reader, transaction

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)" />')
OURS = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {"name1": "Trần Văn Bé", "phone1": "0912 345 678"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def owner(client):
    """A member of an exhibitor with a draft, whose browser is the client."""
    exhibitor = make_exhibitor()
    user = make_member(exhibitor)
    sign_in(client, user)
    user.draft = make_application(make_fair(), exhibitor, State.DRAFT)
    return user


def end_sessions() -> None:
    with transaction() as session:
        session.execute(delete(AuthSession))


def people(owner) -> object:
    reader().rollback()
    return reader().merge(owner.draft).answers.get("people")


def test_form_of_an_ended_session_waits_for_the_next(client, owner):
    path = f"/ho-so/{owner.draft.code}/buoc/4"
    end_sessions()

    kept = client.post(path, data={"csrf_token": csrf_of(client), **PEOPLE}, headers=OURS)

    assert (kept.status_code, "Cần đăng nhập lại" in kept.text) == (401, True)
    assert 'href="/dang-nhap?next=/' in kept.text
    sign_in(client, owner)
    # The token of the page is the old session's: one more press, with what was typed.
    stale = client.post(path, data=dict(HIDDEN.findall(kept.text)), headers=OURS)
    assert (stale.status_code, "Hãy bấm “Gửi lại”" in stale.text) == (403, True)
    sent = client.post(path, data=dict(HIDDEN.findall(stale.text)), headers=OURS)
    assert sent.status_code == 303
    assert people(owner) == PEOPLE


def test_button_of_an_ended_session_leads_to_the_door(client, owner):
    end_sessions()
    form = {"csrf_token": csrf_of(client)}

    answer = client.post(f"/ho-so/{owner.draft.code}/rut", data=form, headers=OURS)

    assert (answer.status_code, answer.location) == (302, "/dang-nhap?next=/")


def test_autosave_of_an_ended_session_says_that_nothing_is_saved(client, owner):
    end_sessions()

    answer = client.post(
        f"/ho-so/{owner.draft.code}/luu/people",
        data={"csrf_token": csrf_of(client), **PEOPLE},
        headers={**OURS, "Accept": "application/json"},
    )

    assert (answer.status_code, answer.json) == (
        401,
        {"error": "session_over", "message": "Phiên làm việc đã hết hoặc đã đăng xuất."},
    )


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_form_of_another_site_is_neither_kept_nor_taken(client, owner, headers):
    path = f"/ho-so/{owner.draft.code}/buoc/4"

    answer = client.post(path, data={"csrf_token": "x", **PEOPLE}, headers=headers)
    end_sessions()
    later = client.post(path, data={"csrf_token": "x", **PEOPLE}, headers=headers)

    assert (answer.status_code, "Trần Văn Bé" in answer.text) == (403, False)
    assert (later.status_code, "Trần Văn Bé" in later.text) == (302, False)
    assert people(owner) is None
