"""The small map beside the wishes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from xml.etree import ElementTree as ET

from tgfair.core.layout.reading import parse_plan
from tgfair.documents.zone_map import zone_map_svg

DATA = Path(__file__).parent.parent / "data"
SQUARE = parse_plan(json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8")))
SVG = "{http://www.w3.org/2000/svg}"


def test_map_shows_every_zone_once_with_its_colour():
    svg = ET.fromstring(zone_map_svg(SQUARE))  # noqa: S314 -- our own drawing

    letters = [text.text for text in svg.iter(f"{SVG}text")]
    assert letters == [zone.id for zone in SQUARE.groups if zone.id in letters]
    assert set(letters) == {booth.group for booth in SQUARE.booths}
    assert svg.get("aria-label") == f"Vị trí các khu: {', '.join(letters)}"


def test_map_of_150_booths_is_light():
    assert len(gzip.compress(zone_map_svg(SQUARE).encode())) < 2_000
