"""The application starts, answers, and refuses what it should, on both databases."""

from __future__ import annotations


def test_health_says_ok(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_front_page_answers_without_any_data(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "text/html" in answer.content_type


def test_unknown_page_is_a_vietnamese_404(client):
    answer = client.get("/khong/co/trang/nay")

    assert answer.status_code == 404
    assert 'lang="vi"' in answer.text


def test_foreign_host_name_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
