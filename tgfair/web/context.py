"""What every template may use."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from tgfair.core import calendar_text
from tgfair.models.account import Role
from tgfair.policy import Action, can
from tgfair.services.queries.staff import hotline
from tgfair.web import guards, labels

HOTLINE = "tgfair hotline"


def install(app: Flask) -> None:
    """Register globals and the context of every page."""
    app.add_template_global(guards.csrf_token, "csrf_token")
    app.jinja_env.globals["group_labels"] = labels.GROUP_LABELS
    app.jinja_env.globals["certificate_labels"] = labels.CERTIFICATE_LABELS
    app.add_template_global(_can, "can")
    app.context_processor(_context)


def _can(action: str, obj: Any = None) -> bool:
    return can(guards.actor(), Action(action), obj)


def _context() -> dict[str, Any]:
    who = guards.actor()
    values: dict[str, Any] = {
        "actor": who,
        "now": g.get("now"),
        "site_name": guards.config().site_name,
        "hotline": _hotline(),
        "demo_clock": None,
    }
    if guards.config().demo:
        values["demo_clock"] = {
            "label": calendar_text.vn_datetime(guards.now()),
            "url": url_for("organizer.demo_clock") if who.is_staff else "",
            "mailbox": url_for("demo.mailbox_page"),
        }
    if who.is_staff:
        values["nav"] = _nav()
        values["account"] = {
            "name": who.label,
            "role": next((labels.label(g.role) for g in who.grants), ""),
            "sign_out_url": url_for("account.sign_out"),
        }
    return values


def _hotline() -> dict[str, str] | None:
    """Return whom to call about the page's fair; the last one known when the database is gone."""
    known = current_app.extensions
    if "now" in g and not g.get("database_gone"):
        with suppress(SQLAlchemyError):  # no page falls over its own footer
            place = request.view_args or {}
            slug, code = str(place.get("slug", "")), str(place.get("code", ""))
            known[HOTLINE] = hotline(today=guards.today(), slug=slug, code=code)
    number: dict[str, str] | None = known.get(HOTLINE)
    return number


def _nav() -> list[dict[str, Any]]:
    entries = [("Việc hôm nay", "/ql/"), ("Chủ thể", "/ql/chu-the"), ("Sự kiện", "/ql/su-kien")]
    if can(guards.actor(), Action.MANAGE_BULLETIN):
        entries.append(("Bản tin", "/ql/tin"))
    if guards.actor().has(Role.ADMIN):
        entries.append(("Tài khoản", "/ql/tai-khoan"))
    return [
        {"label": text, "url": url, "current": request.path.rstrip("/") == url.rstrip("/")}
        for text, url in entries
    ]
