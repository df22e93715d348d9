"""The gate's rules in the phone against those on the server: vectors, mutants, passages (C1)."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from tests.support.gate_mutants import PUBLIC, VECTORS, mutants, random_passages
from tgfair.core.badge import BadgePayload, read
from tgfair.core.gate_passages import History
from tgfair.core.vietnamese import fold

pytestmark = pytest.mark.browser
GATE = json.loads((Path(__file__).parents[1] / "data/gate-vectors.json").read_text("utf-8"))
LONG = bool(os.environ.get("TGFAIR_LONG"))
MUTANTS = 1_000_000 if LONG else 20_000
BY_LIBRARY = 20_000 if LONG else 400
BATCH = 2_000
READ = """async ([texts, keys, event, library]) => {
  const { readToken } = await import("/static/gate/token.js");
  const ring = new Map(keys.map(([kid, hex]) => [
    kid, Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16)),
  ]));
  return Promise.all(texts.map((text) => readToken(text, ring, event, { library })));
}"""


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def phone(page360):
    page360.goto("/cong/")
    return page360


def in_phone(phone, texts, keyring, event, *, library=False):
    keys = [[kid, public.hex()] for kid, public in keyring.items()]
    return [
        answer
        for start in range(0, len(texts), BATCH)
        for answer in phone.evaluate(READ, [texts[start : start + BATCH], keys, event, library])
    ]


def on_server(text, keyring, event):
    answer = read(text, keyring, event)
    if not isinstance(answer, BadgePayload):
        return {"refused": answer.code.value}
    return {
        "kid": answer.kid,
        "event": answer.event,
        "badge": f"{answer.badge:016x}",
        "kind": answer.kind,
        "generation": answer.generation,
        "gates": answer.gates,
        "first_day": answer.first_day.isoformat(),
        "days": answer.days,
    }


@pytest.mark.parametrize("library", [False, True])
def test_phone_reads_every_published_vector(phone, library):
    answers = {}
    for case in [*VECTORS["valid"], *VECTORS["invalid"]]:
        ring = {kid: PUBLIC[kid] for kid in case["gate"]["keys"]}
        event = case["gate"]["event"]
        (answers[case["name"]],) = in_phone(phone, [case["text"]], ring, event, library=library)

    assert answers == {
        case["name"]: on_server(
            case["text"],
            {kid: PUBLIC[kid] for kid in case["gate"]["keys"]},
            case["gate"]["event"],
        )
        for case in [*VECTORS["valid"], *VECTORS["invalid"]]
    }
    malleated = [name for name in answers if name.startswith("s-plus-")]
    assert [answers[name] for name in malleated] == [{"refused": "signature"}] * 4


@pytest.mark.parametrize(("library", "count"), [(False, MUTANTS), (True, BY_LIBRARY)])
def test_phone_and_server_refuse_every_mutant_alike(phone, library, count):
    for start in range(0, count, 50_000):
        texts = mutants(min(50_000, count - start), seed=start)
        answers = in_phone(phone, texts, PUBLIC, 7, library=library)

        assert answers == [on_server(text, PUBLIC, 7) for text in texts]
        assert all("refused" in answer for answer in answers)


def test_phone_judges_every_vector(phone):
    verdicts = phone.evaluate(
        """async (cases) => {
          const { judge } = await import("/static/gate/rules.js");
          return cases.map(({ shown, listed, earlier, at }) => judge(shown, listed, earlier, at));
        }""",
        GATE["cases"],
    )

    assert {
        case["name"]: verdict for case, verdict in zip(GATE["cases"], verdicts, strict=True)
    } == {case["name"]: {"attention": ""} | case["verdict"] for case in GATE["cases"]}


def test_phone_keeps_the_same_book_of_passages(phone):
    rnd = random.Random(7)  # noqa: S311 -- repeatable
    told = random_passages(rnd, 300)
    asked = [(one.badge_number, one.at) for one in told]
    passages = [
        {
            "badge": str(one.badge_number),
            "id": one.scan_id,
            "device": one.device_id,
            "direction": one.direction.value,
            "at": round(one.at.timestamp() * 1000),
            "gate": one.gate,
            "admitted": one.admitted,
            "cancels": one.cancels,
        }
        for one in told
    ]

    answers = phone.evaluate(
        """async ([passages, asked]) => {
          const { History } = await import("/static/gate/passages.js");
          const history = new History(passages);
          return asked.map(([badge, at]) => history.before(badge, at));
        }""",
        [passages, [[str(number), round(at.timestamp() * 1000)] for number, at in asked]],
    )

    history = History(told)
    assert answers == [
        [
            {"direction": one.direction.value, "at": one.at, "gate": one.gate}
            for one in history.before(number, at)
        ]
        for number, at in asked
    ]


def test_phone_folds_names_as_the_server(phone):
    names = [
        "Nguyễn Thị Út Hạnh",
        "  ĐẶNG   Ở  ",
        "Hoà Hòa",
        "Ðiện lực",
        "Cơ sở Mắm tôm chà Gò Công – Bà Hai\u200b",
        "ăâđêôơư ẮẰẲẴẶ ỪỬỮỰỨ",
        "Nguyễn",
    ]

    folded = phone.evaluate(
        """async (names) => {
          const { fold } = await import("/static/gate/fold.js");
          return names.map(fold);
        }""",
        names,
    )

    assert folded == [fold(name) for name in names]
