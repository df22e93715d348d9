"""The bulletin for everybody: list, one item, feeds."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, render_template, request, url_for

from tgfair.clock import day_in_vietnam
from tgfair.documents.calendar import calendar_of
from tgfair.documents.feeds import rss_file
from tgfair.models.bulletin import Area, BulletinKind
from tgfair.services.bulletin_files import file_of
from tgfair.services.links import base_url
from tgfair.services.queries.bulletins import (
    announced,
    announced_item,
    feed_entries,
    feed_items,
)
from tgfair.web.bulletin_page import item_page
from tgfair.web.guards import Audience, audience, now
from tgfair.web.labels import GROUP_LABELS, LABELS
from tgfair.web.public.blueprint import bp

TITLE = "Bản tin hội chợ, lớp tập huấn"


def _all_and(labels: dict[str, str]) -> list[tuple[str, str]]:
    return [("", "Tất cả"), *((str(key), text) for key, text in labels.items())]


@bp.get("/tin/")
@audience(Audience.PUBLIC)
def bulletin() -> str:
    """List fairs elsewhere, classes and meetings to come."""
    wanted = {name: request.args.get(name, "")[:24] for name in ("nhom", "noi", "loai")}
    items = announced(
        group=wanted["nhom"], area=wanted["noi"], kind=wanted["loai"], today=day_in_vietnam(now())
    )
    return render_template(
        "public/bulletin.html",
        items=items,
        wanted=wanted,
        groups=_all_and(GROUP_LABELS),
        areas=_all_and(LABELS[Area]),
        kinds=_all_and(LABELS[BulletinKind]),
    )


@bp.get("/tin/<bulletin_id>")
@audience(Audience.PUBLIC)
def bulletin_item(bulletin_id: str) -> str:
    """Show one item; who belongs to a subject answers here, and shows the code at the door."""
    return item_page(bulletin_id)


@bp.get("/tin/<bulletin_id>/tep")
@audience(Audience.PUBLIC)
def bulletin_file(bulletin_id: str) -> Response:
    """Give the file of an item, to keep: it never runs in our origin."""
    found = file_of(announced_item(bulletin_id))
    response = Response(found.data, mimetype=found.content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/tin/rss.xml")
@audience(Audience.PUBLIC)
def bulletin_rss() -> Response:
    """Give the newest items as an RSS feed."""
    link = base_url() + url_for("public.bulletin")
    data = rss_file(TITLE, link, TITLE, feed_items(now=now()))
    return Response(data, content_type="application/rss+xml; charset=utf-8")


@bp.get("/tin/lich.ics")
@audience(Audience.PUBLIC)
def bulletin_calendar() -> Response:
    """Give what is to come as a calendar to subscribe to."""
    data = calendar_of(feed_entries(now=now()), now=now())
    return Response(data, content_type="text/calendar; charset=utf-8; method=PUBLISH")
