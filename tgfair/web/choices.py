"""Options of selects and check box groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms.fields import choices

from tgfair.web import labels

Option: Any = choices.SelectChoice  # type: ignore[attr-defined]  # -- newer than its stubs


def pairs(options: Mapping[str, str]) -> list[Any]:
    """Return the options from value to label."""
    return [Option(value, text) for value, text in options.items()]


def members(enumeration: Iterable[Any]) -> list[Any]:
    """Return the options of an enumeration, labelled as on every page."""
    return [Option(str(member), labels.label(member)) for member in enumeration]
