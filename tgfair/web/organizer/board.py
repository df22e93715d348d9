"""What the pages of the board share: its filter in the address, its chips, its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash

from tgfair.core.calendar_text import parse_vn_date, vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import drop_unsafe, sort_key
from tgfair.core.workflow import STATE_LABELS, State
from tgfair.models.fair import Fair
from tgfair.services.queries.applications import MINE, NOBODY, Board, Filter
from tgfair.web.labels import CERTIFICATE_LABELS, GROUP_LABELS, commune_name

TEXTS = {
    "tt": "state",
    "nhom": "group",
    "sao": "stars",
    "xa": "commune",
    "giay": "papers",
    "cn": "certificate",
    "trung": "twins",
    "cb": "reviewer",
    "khu": "zone",
    "q": "q",
}
DAYS = {"tu": "since", "den": "until"}
MAX_VALUE = 100
MAX_QUERY = 1000
# Filters that stand in the open; the others are folded away.
IN_SIGHT = frozenset({"tt", "q", "nhom", "giay", "trung", "cb"})


def read_filter(args: Mapping[str, str]) -> Filter:
    """Read the filter of an address; a day that is none is told and left out."""
    texts = {
        name: drop_unsafe(args.get(key, ""))[:MAX_VALUE].strip() for key, name in TEXTS.items()
    }
    days = {name: _day(args.get(key, "")) for key, name in DAYS.items()}
    return Filter(**texts, since=days["since"], until=days["until"])


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return parse_vn_date(text[:MAX_VALUE])
    except InvalidError as error:
        flash(error.message(), "error")
        return None


def query_of(wanted: Filter) -> str:
    """Return the filter as the query of an address; empty when everything is wanted."""
    pairs = {key: getattr(wanted, name) for key, name in TEXTS.items()}
    pairs |= {key: vn_date(day) for key, name in DAYS.items() if (day := getattr(wanted, name))}
    return urlencode({key: value for key, value in pairs.items() if value})


def filter_of_query(query: str) -> Filter:
    """Read a filter that a form carries along."""
    return read_filter(dict(parse_qsl(query[:MAX_QUERY])))


def board_url(fair: Fair, wanted: Filter | None = None, *, more: str = "") -> str:
    """Return the address of the board under a filter."""
    query = "&".join(part for part in (query_of(wanted) if wanted else "", more) if part)
    return f"/ql/{fair.slug}/ho-so" + (f"?{query}" if query else "")


def one_url(fair: Fair, code: str, query: str) -> str:
    """Return the address of an application's review page, under a filter."""
    return f"/ql/{fair.slug}/ho-so/{code}" + (f"?{query}" if query else "")


def chips(fair: Fair, wanted: Filter, found: Board) -> list[dict[str, Any]]:
    """Return the chips: all, each state, and what needs a look."""
    plain = replace(wanted, state="", papers="", twins="", reviewer="")
    entries = [("Tất cả", plain, found.total)]
    entries += [
        (label, replace(plain, state=state), found.states.get(state, 0))
        for state, label in STATE_LABELS.items()
    ]
    entries += [
        ("Thiếu giấy", replace(plain, papers="thieu"), found.missing),
        ("Nghi trùng", replace(plain, twins="1"), found.twins),
        ("Của tôi", replace(plain, reviewer=MINE), found.mine),
    ]
    return [
        {
            "label": label,
            "url": board_url(fair, target),
            "count": count,
            "current": target == wanted,
        }
        for label, target, count in entries
        if count or target in {wanted, plain}
    ]


def options(fair: Fair, found: Board) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of each select of the filter."""
    communes = sorted(
        ((code, commune_name(code)) for code in found.communes),
        key=lambda one: sort_key(one[1]),
    )
    reviewers = [(str(user), name) for user, name in found.reviewers]
    return {
        "tt": [("", "Tất cả"), *((state.value, STATE_LABELS[state]) for state in State)],
        "nhom": [("", "Tất cả"), *GROUP_LABELS.items()],
        "sao": [("", "Tất cả"), *((str(n), f"{n} sao") for n in (5, 4, 3))],
        "xa": [("", "Tất cả"), *communes],
        "khu": [("", "Tất cả"), *((zone.code, zone.label) for zone in fair.zones)],
        "giay": [("", "Tất cả"), ("thieu", "Còn thiếu"), ("du", "Đủ")],
        "trung": [("", "Tất cả"), ("1", "Nghi trùng")],
        "cn": [
            ("", "Tất cả"),
            ("loi", "Có vướng mắc"),
            *((key, CERTIFICATE_LABELS[key]) for key in ("expired", "revoked", "none")),
        ],
        "cb": [("", "Tất cả"), (MINE, "Của tôi"), (NOBODY, "Chưa giao"), *reviewers],
    }


def folded_away(wanted: Filter) -> bool:
    """Tell whether all filters in use stand in the open."""
    used = dict(parse_qsl(query_of(wanted)))
    return used.keys() <= IN_SIGHT
