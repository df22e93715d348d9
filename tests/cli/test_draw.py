"""`tgfair draw verify` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tgfair.cli.draw import draw
from tgfair.core.draw.reading import DrawRefusedError

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
