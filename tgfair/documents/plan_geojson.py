"""The floor plan as GeoJSON in local metres, for QGIS and the like.

Coordinates are metres from the lower left corner of the sheet, x to the right and y upwards (the
drawing itself counts y downwards). The member `tgfair` holds what a feature cannot: size, zones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tgfair.core.errors import InvalidError
from tgfair.core.layout.geometry import corners
from tgfair.core.layout.plan import Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan
from tgfair.documents.plan_shapes import clockwise, placed

NOTE = "Local metres from the lower left corner of the sheet; x to the right, y up; not degrees."


def plan_geojson(plan: Plan) -> bytes:
    """Return the plan as a FeatureCollection that `read_geojson` reads back the same."""
    document = plan_as_json(plan)
    features = [
        {
            "type": "Feature",
            "id": item.id,
            "geometry": {"type": "Polygon", "coordinates": [_ring(plan, item)]},
            "properties": facts,
        }
        for item, facts in zip(plan.objects, document.pop("objects"), strict=True)
    ]
    whole = {
        "type": "FeatureCollection",
        "note": NOTE,
        "tgfair": document,
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def read_geojson(document: Mapping[str, Any]) -> Plan:
    """Return the plan in a FeatureCollection that was written here and perhaps edited since.

    The geometry decides where things stand; the properties what they are.

    Raises:
        InvalidError: it was not written here, or something in it cannot be used.
    """
    head = document.get("tgfair")
    features = document.get("features")
    if not isinstance(head, Mapping) or not isinstance(features, list):
        raise InvalidError(
            "Tệp GeoJSON này không có mục “tgfair”. Hãy dùng tệp GeoJSON đã tải từ trang sơ đồ."
        )
    # Size and zones first: they tell what is up and down.
    sheet = parse_plan({**head, "objects": []}, unfinished=True)
    objects = [_object(feature, sheet.height) for feature in features]
    return parse_plan({**head, "objects": objects})


def _ring(plan: Plan, item: PlanObject) -> list[list[float]]:
    """Return the closed outline, counter-clockwise as the standard wants outer rings."""
    points = clockwise(item.poly or corners(item))
    ring = [[round(x, 6), round(plan.height - y, 6)] for x, y in reversed(points)]
    return [*ring, ring[0]]


def _object(feature: Any, height: float) -> Any:
    try:
        facts = {**feature["properties"], "id": feature["properties"].get("id") or feature["id"]}
        ring = [(float(x), height - float(y)) for x, y, *_ in feature["geometry"]["coordinates"][0]]
    except (TypeError, KeyError, ValueError, IndexError, OverflowError, AttributeError):
        raise InvalidError(
            "Trong tệp GeoJSON có đối tượng thiếu mã (id) hoặc không phải hình khép kín (Polygon)."
        ) from None
    return placed(facts, ring[:-1], from_top_left=False)
