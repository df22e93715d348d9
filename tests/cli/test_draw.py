"""`tgfair draw freeze`, `run` and `verify` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tgfair.cli.draw import draw
from tgfair.core.draw.lots import canonical, list_hash
from tgfair.core.draw.reading import DrawRefusedError
from tgfair.core.errors import InvalidError

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "boc-tham-vectors.json").read_text())


def verify(file: Path):
    return CliRunner().invoke(draw, ["verify", str(file)])


def test_true_file(tmp_path):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(VECTORS["valid"][0]["file"]), encoding="utf-8")

    answer = verify(file)

    assert answer.output == ("ĐÚNG: 7 gian, 1 hồ sơ chờ; danh sách a97e1b1e, mầm 1f9e6e2f\n")
    assert answer.exit_code == 0


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{}", b"{"])
def test_file_that_is_no_draw(tmp_path, content):
    file = tmp_path / "draw.json"
    file.write_bytes(content)

    answer = verify(file)

    assert isinstance(answer.exception, DrawRefusedError)


def test_file_with_a_late_application(tmp_path):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(VECTORS["refused"][0]["file"]), encoding="utf-8")

    answer = verify(file)

    assert answer.exception.message() == (
        "Danh sách không phải là danh sách đã công bố: mã băm không khớp."
    )


LIST = {
    "event": "tet-doan-ngo-2027",
    "closed_at": "2027-05-21T17:00:00+07:00",
    "source": "Sáu quả bóng",
    "rules": "",
    "zones": [
        {"code": "B", "applications": ["HS-3"], "booths": ["B02", "B01"]},
        {"code": "A", "applications": ["HS-2", "HS-1"], "booths": ["A01"]},
    ],
}
NUMBER = "07 45 12 93 21 60"


@pytest.fixture
def frozen(tmp_path) -> Path:
    """A list that was frozen with the command."""
    plain = tmp_path / "list.json"
    plain.write_text(json.dumps(LIST), encoding="utf-8")
    file = tmp_path / "frozen.json"
    answer = CliRunner().invoke(draw, ["freeze", str(plain), "-o", str(file)])
    assert answer.output.splitlines()[0] == f"{file}: 3 hồ sơ, 3 gian"
    assert answer.output.splitlines()[1] == list_hash(json.loads(file.read_text()))
    return file


def run(frozen: Path, *typed: str, announced: str | None = None):
    announced = announced or list_hash(json.loads(frozen.read_text()))
    made = frozen.with_name("draw.json")
    command = ["run", str(frozen), "--announced", announced, "--source", "hall", "-o", str(made)]
    return CliRunner().invoke(draw, command, input="".join(f"{one}\n" for one in typed)), made


def test_a_frozen_list_is_the_one_text_whatever_the_order(frozen):
    closed = json.loads(frozen.read_text())

    assert frozen.read_text() == canonical(closed)
    assert [zone["code"] for zone in closed["zones"]] == ["A", "B"]
    assert closed["zones"][0]["applications"] == ["HS-1", "HS-2"]


def test_what_two_people_typed_is_drawn_and_verified(frozen):
    answer, made = run(frozen, NUMBER, f"  {NUMBER.replace(' ', '  ')}")

    assert f"{made}: 2 gian, 1 hồ sơ chờ" in answer.output
    assert verify(made).output.startswith("ĐÚNG: 2 gian, 1 hồ sơ chờ")


@pytest.mark.parametrize(
    ("typed", "announced", "refusal"),
    [
        ((NUMBER, "07 45 12 93 21 61"), None, "Hai lần ghi không giống nhau"),
        ((NUMBER, NUMBER), "0" * 64, "mã băm không khớp"),
        (("7 45", NUMBER), None, "Cần 6 số, đang có 2"),
    ],
)
def test_nothing_is_drawn(frozen, typed, announced, refusal):
    answer, made = run(frozen, *typed, announced=announced)

    assert isinstance(answer.exception, DrawRefusedError | InvalidError)
    assert refusal in answer.exception.message()
    assert not made.exists()


@pytest.mark.parametrize(
    "change", [{"zones": [{"code": "A"}]}, {"source": 7}, {"extra": "x"}, {"zones": None}]
)
def test_what_is_no_list_is_not_frozen(tmp_path, change):
    plain = tmp_path / "list.json"
    plain.write_text(json.dumps({**LIST, **change}), encoding="utf-8")

    answer = CliRunner().invoke(draw, ["freeze", str(plain), "-o", str(tmp_path / "x")])

    assert isinstance(answer.exception, DrawRefusedError)
    assert not (tmp_path / "x").exists()
