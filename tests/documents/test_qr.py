"""QR codes, read back by a decoder that is not the encoder."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from qrcode.exceptions import DataOverflowError

from tgfair.documents.qr import badge_matrix, badge_png, matrix_png, qr_matrix, qr_svg, runs

VECTORS = json.loads((Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8"))


def decoded(png):
    return zxingcpp.read_barcode(Image.open(BytesIO(png)).convert("L"))


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])
def test_badge_png_is_read_back_exactly(case):
    code = decoded(badge_png(case["text"], scale=4))

    assert code.text == case["text"]
    assert code.ec_level == "Q"


def test_badge_matrix_is_version_seven():
    matrix = badge_matrix(VECTORS["valid"][0]["text"])

    assert [len(row) for row in matrix] == [45] * 45


def test_badge_matrix_refuses_a_longer_text():
    with pytest.raises(DataOverflowError):
        badge_matrix(VECTORS["valid"][0]["text"] + "AB")


def test_qr_svg_is_free_of_style_and_escapes_the_label():
    svg = qr_svg("https://example.vn/", label='Liên kết "riêng" <b>')

    assert 'aria-label="Liên kết &quot;riêng&quot; &lt;b&gt;"' in svg
    assert "style=" not in svg


def test_qr_svg_holds_the_link_and_draws_every_run_once():
    link = "https://hoicho.example.vn/m/Zk3v_9fQ2bR7xY0aLw8"

    assert decoded(matrix_png(qr_matrix(link), scale=8)).text == link
    assert qr_svg(link, label="Thẻ").count("v1h-") == len(list(runs(qr_matrix(link))))
