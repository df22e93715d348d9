"""The checker in the browser against the server's: vectors, random draws, changed files (B4)."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from tests.support.draws import changed, random_file
from tgfair.core.draw.reading import DrawRefusedError, check_draw

pytestmark = pytest.mark.browser
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "boc-tham-vectors.json").read_text())
CHANGED = 10_000 if os.environ.get("TGFAIR_LONG") else 1_000
CHECK_ALL = """async (texts) => {
  const { check } = await import("/static/draw/check.js");
  const said = [];
  for (const text of texts) {
    try { said.push((await check(text)).seed); } catch (error) { said.push(error.check); }
  }
  return said;
}"""


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def in_browser(page1280):
    """What the browser says of each text: the seed, or the check that refused it."""
    page1280.goto("/rieng-tu")

    def ask(texts):
        return [
            said
            for start in range(0, len(texts), 500)
            for said in page1280.evaluate(CHECK_ALL, texts[start : start + 500])
        ]

    return ask


def on_server(text: str) -> str:
    try:
        return check_draw(text).seed
    except DrawRefusedError as error:
        return error.check


def test_browser_agrees_on_every_published_vector(in_browser):
    vectors = [*VECTORS["valid"], *VECTORS["refused"]]
    texts = [v.get("text") or json.dumps(v["file"], ensure_ascii=False) for v in vectors]

    said = in_browser(texts)

    assert said == [on_server(text) for text in texts]
    assert said[:3] == [v["seed"] for v in VECTORS["valid"]]


def test_browser_agrees_on_a_thousand_random_draws(in_browser):
    chance = random.Random(2027)  # noqa: S311 -- repeatable
    files = [random_file(chance) for _ in range(1000)]
    texts = [
        json.dumps(file, ensure_ascii=n % 2 == 0, indent=n % 3 or None)
        for n, file in enumerate(files)
    ]

    said = in_browser(texts)

    assert said == [on_server(text) for text in texts]
    assert {len(seed) for seed in said} == {64}


def test_browser_refuses_every_changed_file(in_browser):
    chance = random.Random(99)  # noqa: S311 -- repeatable
    # In a tiny draw another number may well give the same result: that file is true again.
    many = (random_file(chance) for _ in range(1000))
    files = [f for f in many if any(len(z["applications"]) > 9 for z in f["closed"]["zones"])][:50]
    texts = [changed(files[n % 50], chance) for n in range(CHANGED)]

    said = in_browser(texts)

    assert said == [on_server(text) for text in texts]
    assert [text for text, seed in zip(texts, said, strict=True) if len(seed) == 64] == []


ODD = [
    "",
    "{",
    "nul",
    "[1,]",
    '{"a":1,}',
    '"\\x"',
    '"\t"',
    "01",
    "1.",
    "NaN",
    "-",
    "{}x",
    "\ufeff{}",
    '{"a":1,"a":1}',
    "[" * 100_000,
    '{"closed": 1e5}',
    "null",
    " [] ",
    '"\\ud800"',
    "\u00a0{}",
]


def test_browser_agrees_on_odd_texts(in_browser):
    assert in_browser(ODD) == [on_server(text) for text in ODD]
