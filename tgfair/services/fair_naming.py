"""Codes, addresses and numbers of fairs: what may be used, and what is still free."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flask import current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import fold
from tgfair.models.fair import Fair, FairKind

# Kept for pages of the site that may come; those there are now are read from its routes.
KEPT_SLUGS: Final = frozenset({"gioi-thieu", "huong-dan", "lien-he", "ql", "static", "tim-kiem"})
MOST_NUMBER: Final = 65_535
_CODE: Final = re.compile(r"[A-Z0-9]{2,12}")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHORTEST_SLUG, _LONGEST_SLUG = 3, 60
_PREFIX: Final = {
    FairKind.REVIEW_CONFERENCE: "HN",
    FairKind.FAIR: "HC",
    FairKind.FESTIVAL: "LH",
    FairKind.WEEK: "TH",
    FairKind.TRAINING: "TT",
}


def next_number(session: Session) -> int:
    """Return the next event number for badge tokens: fairs are never deleted, so none comes twice.

    Raises:
        InvalidError: all 65535 numbers are used.
    """
    number = (session.scalar(select(func.max(Fair.number))) or 0) + 1
    if number > MOST_NUMBER:
        raise InvalidError("Đã dùng hết số sự kiện. Hãy lập một hệ thống mới.")
    return number


def code_problem(session: Session, code: str, *, own_id: int | None = None) -> str | None:
    """Return why a fair may not have this code, or None."""
    if not _CODE.fullmatch(code):
        return "Mã sự kiện gồm 2–12 chữ in hoa không dấu hoặc số, ví dụ HC26."
    if _used(session, Fair.code == code, own_id):
        return f"Mã {code} đã dùng cho sự kiện khác. Hãy chọn mã khác."
    return None


def slug_problem(session: Session, slug: str, *, own_id: int | None = None) -> str | None:
    """Return why a fair may not have this address, or None."""
    if not _SHORTEST_SLUG <= len(slug) <= _LONGEST_SLUG or not _SLUG.fullmatch(slug):
        return "Địa chỉ gồm 3–60 chữ thường không dấu, số và gạch ngang, ví dụ doan-ngo-2026."
    if slug in reserved_slugs():
        return f"Địa chỉ “{slug}” là của hệ thống. Hãy chọn địa chỉ khác."
    if _used(session, Fair.slug == slug, own_id):
        return f"Địa chỉ “{slug}” đã dùng cho sự kiện khác. Hãy chọn địa chỉ khác."
    return None


def reserved_slugs() -> frozenset[str]:
    """Return the first parts of the site's own addresses, below "/" and below "/ql/"."""
    paths = [rule.rule.strip("/").split("/") for rule in current_app.url_map.iter_rules()]
    parts = {path[0] for path in paths} | {
        path[1] for path in paths if path[0] == "ql" and path[1:]
    }
    return KEPT_SLUGS | {part for part in parts if not part.startswith("<")}


def propose_code(session: Session, kind: FairKind, day: date) -> str:
    """Return a free code such as HC26, HC26B."""
    start = f"{_PREFIX[kind]}{day:%y}"
    endings = ("", *"BCDEFGHJKMNPQRSTVWXYZ")
    return next(
        (start + end for end in endings if code_problem(session, start + end) is None), start
    )


def propose_slug(session: Session, name: str, day: date) -> str:
    """Return a free address made of the name and the year."""
    words = re.findall(r"[a-z0-9]+", fold(name))
    text = "-".join(words)[: _LONGEST_SLUG - len("-2026-99")].strip("-") or "su-kien"
    start = text if str(day.year) in words else f"{text}-{day.year}"
    tries = (start, *(f"{start}-{n}" for n in range(2, 100)))
    return next((slug for slug in tries if slug_problem(session, slug) is None), start)


def _used(session: Session, same: ColumnElement[bool], own_id: int | None) -> bool:
    found = session.scalar(select(Fair.id).where(same))
    return found is not None and found != own_id
