"""Floor plans as files: uploaded ones, and the templates the application ships."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

from tgfair.core.errors import InvalidError
from tgfair.core.layout.plan import Plan, plan_as_json
from tgfair.core.layout.reading import parse_plan

MOST_BYTES: Final = 2 * 1024 * 1024


def read_plan_file(data: bytes) -> Plan:
    """Return the plan in an uploaded JSON file.

    Raises:
        InvalidError: empty, too large, no JSON, or no plan; see `parse_plan`.
    """
    if not data:
        raise InvalidError("Tệp tải lên bị trống. Hãy chọn lại.")
    if len(data) > MOST_BYTES:
        raise InvalidError("Tệp sơ đồ quá lớn. Tệp phải nhỏ hơn 2 MB.")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # also bad UTF-8, endless figures, endless nesting
        raise InvalidError(
            "Tệp này không phải sơ đồ JSON hoặc đã bị hỏng. Hãy chọn tệp khác."
        ) from None
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
