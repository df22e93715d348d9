"""Floor plans as files: uploaded ones (JSON, GeoJSON, SVG), and the templates that are shipped."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

from tgfair.core.errors import InvalidError
from tgfair.core.layout.plan import Plan, plan_as_json
from tgfair.core.layout.reading import parse_plan
from tgfair.documents.plan_geojson import read_geojson
from tgfair.documents.plan_svg_file import read_svg

MOST_BYTES: Final = 2 * 1024 * 1024


def read_plan_file(data: bytes) -> Plan:
    """Return the plan in an uploaded file: our JSON, or GeoJSON or SVG as written here.

    Raises:
        InvalidError: empty, too large, of another kind, or no plan; see `parse_plan`.
    """
    if not data:
        raise InvalidError("Tệp tải lên bị trống. Hãy chọn lại.")
    if len(data) > MOST_BYTES:
        raise InvalidError("Tệp sơ đồ quá lớn. Tệp phải nhỏ hơn 2 MB.")
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("<"):
            return read_svg(text)
        document = json.loads(text)
    except (ValueError, RecursionError):  # also bad UTF-8, endless figures, endless nesting
        raise InvalidError(
            "Tệp này không phải sơ đồ JSON, GeoJSON, SVG hoặc đã bị hỏng. Hãy chọn tệp khác."
        ) from None
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return read_geojson(document)
    return parse_plan(document)


def write_plan_file(plan: Plan) -> bytes:
    """Return the plan as a JSON file that `read_plan_file` reads back the same."""
    return json.dumps(plan_as_json(plan), ensure_ascii=False, indent=1).encode()


@cache
def plan_templates() -> dict[str, Plan]:
    """Return the plans to start from, by key: `hall-60` and `square-150`."""
    folder = files("tgfair") / "data" / "plans"
    return {
        item.name.removesuffix(".json"): read_plan_file(item.read_bytes())
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
    }
