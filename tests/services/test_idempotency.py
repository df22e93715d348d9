"""A creating form that is sent twice acts once."""

from __future__ import annotations

import pytest

from tests.support.builders import NOW
from tgfair.services.idempotency import KeyReusedError, once, remember
from tgfair.services.uow import transaction


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def claim(key, body):
    with transaction() as session:
        return once(session, key, body, now=NOW)


def test_once_lets_the_first_pass_and_replays_its_result():
    with transaction() as session:
        first = once(session, "k1", {"a": 1}, now=NOW)
        remember(session, "k1", {"code": "TGF-1"})

    assert (first, claim("k1", {"a": 1})) == (None, {"code": "TGF-1"})


def test_once_with_another_body_is_refused():
    claim("k1", {"a": 1})

    with pytest.raises(KeyReusedError) as caught:
        claim("k1", {"a": 2})

    assert caught.value.message() == (
        "Biểu mẫu này đã gửi một lần với nội dung khác. Hãy tải lại trang rồi gửi lại."
    )


def test_once_after_a_failed_transaction_lets_the_next_try_pass():
    def fail_after_claiming():
        with transaction() as session:
            once(session, "k1", {"a": 1}, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_claiming()

    assert claim("k1", {"a": 1}) is None


def test_once_without_a_key_always_passes():
    assert (claim("", {}), claim("", {})) == (None, None)
