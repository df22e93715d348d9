"""The floor plan as an SVG file on its own: metres as user units, one shape an object.

Drawing programs keep `data-` attributes, so that what is moved there comes back here. The shape
says where a thing stands, the attributes what it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

from tgfair.core.errors import InvalidError
from tgfair.core.layout.geometry import Point
from tgfair.core.layout.plan import FORMAT, Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan
from tgfair.documents.plan_matrix import IDENTITY, Matrix, matrix_of
from tgfair.documents.plan_shapes import placed

_SVG: Final = "http://www.w3.org/2000/svg"
_MARGIN_M: Final = 2
_FILLS: Final[dict[str, str]] = {
    "aisle": "#e3e9e5",
    "zone": "#ffffff",
    "wall": "#6b7b74",
    "tree": "#7fae86",
    "toilet": "#dbe4f3",
    "power": "#ffc21a",
    "stage": "#5b6b64",
    "gate": "#b3201b",
    "text": "none",
}
_FOREIGN: Final = "Tệp SVG này không phải sơ đồ đã tải từ trang này. Hãy dùng tệp SVG tải từ đây."


def plan_svg_file(plan: Plan) -> bytes:
    """Return the plan as an SVG document that `read_svg` reads back the same."""
    document = plan_as_json(plan)
    objects = document.pop("objects")
    edge = 2 * _MARGIN_M
    root = ET.Element(
        "svg",
        {
            "xmlns": _SVG,
            "viewBox": f"{-_MARGIN_M} {-_MARGIN_M} {plan.width + edge:g} {plan.height + edge:g}",
            "data-format": FORMAT,
            "data-plan": json.dumps(document, ensure_ascii=False),
        },
    )
    ET.SubElement(root, "title").text = plan.name
    ground = {"x": "0", "y": "0", "width": repr(plan.width), "height": repr(plan.height)}
    ET.SubElement(root, "rect", ground | {"fill": "#f6f8f6", "stroke": "#6b7b74"} | _THIN)
    colors = {group.id: group.color for group in plan.groups}
    for item, facts in zip(plan.objects, objects, strict=True):
        _draw(root, item, facts, colors)
    file: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return file


_THIN: Final = {"stroke-width": "0.06"}


def _draw(root: ET.Element, item: PlanObject, facts: Any, colors: dict[str, str]) -> None:
    whole = json.dumps(facts, ensure_ascii=False)
    group = ET.SubElement(root, "g", {"id": f"o-{item.id}", "data-object": whole})
    fill = _FILLS.get(item.kind.value) or colors.get(item.group or "", "#ffffff")
    look = {"fill": fill, "stroke": "#13261f"} | _THIN
    if item.poly is not None:
        points = " ".join(f"{x!r},{y!r}" for x, y in item.poly)
        ET.SubElement(group, "polygon", {"points": points} | look)
    else:
        box = {"x": item.x, "y": item.y, "width": item.w, "height": item.h}
        attributes = {name: repr(value) for name, value in box.items()} | look
        middle = f"{item.x + item.w / 2!r} {item.y + item.h / 2!r}"
        if item.rot:
            attributes["transform"] = f"rotate({item.rot!r} {middle})"
        ET.SubElement(group, "rect", attributes)
    if item.label:
        ET.SubElement(group, "text", _text_look(item)).text = item.label


def _text_look(item: PlanObject) -> dict[str, str]:
    size = min(1.2, item.w / max(1, len(item.label)) * 1.4, max(0.5, item.h * 0.5))
    return {
        "x": f"{item.x + item.w / 2:g}",
        "y": f"{item.y + item.h / 2 + size * 0.36:g}",
        "font-size": f"{size:.2g}",
        "font-family": "sans-serif",
        "text-anchor": "middle",
        "fill": "#ffffff" if item.kind.value == "stage" else "#13261f",
    }


def read_svg(text: str) -> Plan:
    """Return the plan in an SVG file that was written here and perhaps edited since.

    Raises:
        InvalidError: it was not written here, or something in it cannot be used.
    """
    # What declares a document type can swell without end, or read other files.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise InvalidError(_FOREIGN)
    try:
        root = ET.fromstring(text)  # noqa: S314 -- no DOCTYPE, no entities: see above
        head = json.loads(root.get("data-plan", ""))
        objects = [_object(json.loads(said), shape, matrix) for said, shape, matrix in _found(root)]
    except (ET.ParseError, ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidError(_FOREIGN) from None
    if not isinstance(head, dict):
        raise InvalidError(_FOREIGN)
    return parse_plan({**head, "objects": objects})


def _found(root: ET.Element) -> Iterator[tuple[str, ET.Element, Matrix]]:
    """Walk without recursion: each object with its shape and where that was moved to."""
    waiting: list[tuple[ET.Element, Matrix, str | None]] = [(root, IDENTITY, None)]
    while waiting:
        element, before, said = waiting.pop()
        matrix = before @ matrix_of(element.get("transform", ""))
        said = element.get("data-object", said)
        if said is not None and element.tag in {f"{{{_SVG}}}rect", f"{{{_SVG}}}polygon"}:
            yield said, element, matrix
            continue
        waiting += [(child, matrix, said) for child in reversed(element)]


def _object(facts: Any, shape: ET.Element, matrix: Matrix) -> dict[str, Any]:
    if not isinstance(facts, dict):
        raise TypeError
    return placed(facts, [matrix.of(point) for point in _points(shape)], from_top_left=True)


def _points(shape: ET.Element) -> list[Point]:
    if shape.tag.endswith("polygon"):
        figures = [float(one) for one in shape.get("points", "").replace(",", " ").split()]
        return [pair for n, pair in enumerate(pairwise(figures)) if n % 2 == 0]
    names = ("x", "y", "width", "height")
    x, y, w, h = (float(shape.get(name, "0")) for name in names)
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
