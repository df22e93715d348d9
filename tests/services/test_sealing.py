from __future__ import annotations

import pytest

from tgfair.services.sealing import UnreadableError, seal, unseal


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def test_what_was_sealed_comes_back_and_looks_different_each_time():
    texts = {seal("totp", 7, b"mam tom") for _ in range(5)}

    assert len(texts) == 5
    assert {unseal("totp", 7, text) for text in texts} == {b"mam tom"}


@pytest.mark.parametrize(("purpose", "owner"), [("totp", 8), ("other", 7)])
def test_it_opens_for_nothing_else(purpose, owner):
    with pytest.raises(UnreadableError):
        unseal(purpose, owner, seal("totp", 7, b"mam tom"))


@pytest.mark.parametrize("text", ["", "JBSWY3DPEHPK3PXP", "é", "====", "A" * 64])
def test_what_was_never_sealed_is_refused(text):
    with pytest.raises(UnreadableError):
        unseal("totp", 7, text)
