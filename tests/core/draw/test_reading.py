"""Nothing passes that does not follow: published vectors, changed files, odd texts."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.draws import changed
from tgfair.core.draw.reading import DrawRefusedError, check_draw

ROOT = Path(__file__).parents[3]
CHECKER = ROOT / "tgfair" / "static" / "draw" / "kiem-tra-boc-tham.txt"
VECTORS = json.loads((ROOT / "tests" / "data" / "boc-tham-vectors.json").read_text())
CHANGED = 10_000 if os.environ.get("TGFAIR_LONG") else 1_000


def text_of(vector) -> str:
    return vector.get("text") or json.dumps(vector["file"], ensure_ascii=False)


def refusal(text: str) -> str:
    with pytest.raises(DrawRefusedError) as refused:
        check_draw(text)
    assert refused.value.message().endswith(".")
    return refused.value.check


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["name"])
def test_true_vector_is_accepted_with_its_seed(vector):
    assert check_draw(text_of(vector)).seed == vector["seed"]


EXPECTED = {
    "late-application": "list_hash",
    "late-application-new-hash": "result",
    "public-one-digit": "result",
    "public-double-space": "result",
    "result-swapped": "result",
    "list-reordered": "order",
    "list-unsorted-recomputed": "order",
    "application-dropped": "list_hash",
    "waiting-one-vanished": "waiting",
    "booth-dropped": "list_hash",
    "winner-replaced": "result",
    "waiting-swapped": "waiting",
    "closing-time": "list_hash",
    "source-changed": "list_hash",
    "source-nfd": "list_hash",
    "application-twice": "twice",
    "application-in-two-zones": "twice",
    "booth-in-two-zones": "twice",
    "id-with-bar": "ids",
    "zone-renamed": "list_hash",
    "hash-capitals": "list_hash",
    "booth-not-on-list": "result",
    "waiting-missing": "parts",
    "extra-part": "parts",
    "key-twice": "parts",
}


def test_false_vectors_are_refused_for_their_reason():
    assert {v["name"]: refusal(text_of(v)) for v in VECTORS["refused"]} == EXPECTED


def test_stand_alone_checker_agrees_on_the_vectors(tmp_path):
    wrong = []
    for group, accepted in (("valid", True), ("refused", False)):
        for vector in VECTORS[group]:
            file = tmp_path / f"{vector['name']}.json"
            file.write_text(text_of(vector), encoding="utf-8")
            run = subprocess.run([sys.executable, CHECKER, file], capture_output=True, check=False)
            if (run.returncode == 0) is not accepted:
                wrong.append(vector["name"])

    assert wrong == []


def test_files_with_a_changed_value_are_all_refused():
    chance = random.Random(56)  # noqa: S311 -- repeatable
    files = [vector["file"] for vector in VECTORS["valid"]]
    passed = []
    for _ in range(CHANGED):
        text = changed(files[min(chance.randrange(20), 2) - 1], chance)
        try:
            check_draw(text)
            passed.append(text)
        except DrawRefusedError:
            continue

    assert passed == []


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("", "json"),
        ("\ufeff{}", "json"),
        ("{", "json"),
        ("[" * 100_000, "json"),
        ('{"closed": NaN}', "json"),
        ("null", "parts"),
        ("[]", "parts"),
        ("{}", "parts"),
        ("x" * 2_000_001, "json"),
    ],
)
def test_text_that_is_no_draw(text, check):
    assert refusal(text) == check


@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_sentence(text):
    assert refusal(text) in {"json", "parts"}


def test_half_a_character_is_refused():
    file = json.loads(json.dumps(VECTORS["valid"][0]["file"]))
    file["public"] = "\ud800"

    assert refusal(json.dumps(file)) == "parts"
