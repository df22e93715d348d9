"""What a plan of booths is asked for, as it is kept beside the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tgfair.core.allocation.problem import Mode


class Keep(StrEnum):
    """Which places of today a plan leaves as they are."""

    ALL = "all"
    PUBLISHED = "published"
    TAKEN = "taken"


@dataclass(frozen=True)
class Settings:
    """What a plan was asked for. Applications by code, booths by plan object.

    `pins` are places locked in the plan it continues, `previous` that whole plan (mode `fill`),
    `required` the applications that have to be placed. `seconds` None leaves it to the search.
    """

    mode: Mode = Mode.OPTIMISE
    seed: int = 1
    seconds: int | None = 60
    keep: Keep = Keep.ALL
    pins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    previous: Mapping[str, Sequence[str]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def settings_as_json(settings: Settings) -> dict[str, Any]:
    """Return the settings ready for a JSON column."""
    return asdict(settings) | {"required": list(settings.required)}


def settings_from_json(data: Mapping[str, Any]) -> Settings:
    """Return the settings that `settings_as_json` wrote."""
    known = {**data, "mode": Mode(data["mode"]), "keep": Keep(data["keep"])}
    return Settings(**{**known, "required": tuple(data["required"])})
