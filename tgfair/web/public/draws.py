"""The public draw: list, chance, result, the file, a page that recomputes, the projector."""

from __future__ import annotations

from flask import Response, render_template, request

from tgfair.core.draw.lots import file_text
from tgfair.models.draw import Draw, DrawState
from tgfair.models.fair import Fair
from tgfair.services.queries import draws as queries
from tgfair.services.queries.fairs import public_fair
from tgfair.web import limits
from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp

STATES = {
    DrawState.FROZEN: "Chờ con số công khai",
    DrawState.DRAWN: "Đã bốc thăm",
    DrawState.REPLACED: "Đã thay bằng danh sách mới",
    DrawState.CALLED_OFF: "Đã hủy trước khi có con số",
}


def _found(slug: str, number: int) -> tuple[Fair, Draw]:
    fair = public_fair(slug)
    return fair, queries.draw_of(fair.id, number)


@bp.get("/<slug>/boc-tham/")
@audience(Audience.PUBLIC)
def draws(slug: str) -> str:
    """List the fair's draws, and say how a draw works."""
    fair = public_fair(slug)
    return render_template(
        "public/draws.html", fair=fair, draws=queries.draws_of(fair.id), states=STATES
    )


@bp.get("/<slug>/boc-tham/<int:number>/")
@audience(Audience.PUBLIC)
def draw(slug: str, number: int) -> str:
    """Show the frozen list, its hash and source, and the result once there is one."""
    fair, found = _found(slug, number)
    return render_template(
        "public/draw.html",
        fair=fair,
        draw=found,
        states=STATES,
        zones=queries.zones_of(found),
        by_order=found.mode == "order",
    )


@bp.get("/<slug>/boc-tham/<int:number>/danh-sach.json")
@audience(Audience.PUBLIC)
def draw_list(slug: str, number: int) -> Response:
    """Give the list exactly as it was hashed."""
    _, found = _found(slug, number)
    return Response(queries.list_text(found), content_type="application/json")


@bp.get("/<slug>/boc-tham/<int:number>/draw.json")
@audience(Audience.PUBLIC)
def draw_json(slug: str, number: int) -> Response:
    """Give the whole draw as a file that anybody can check."""
    _, found = _found(slug, number)
    return Response(file_text(queries.published_file(found)), content_type="application/json")


@bp.get("/<slug>/boc-tham/<int:number>/tinh-lai")
@audience(Audience.PUBLIC)
def draw_check(slug: str, number: int) -> str:
    """Show the page on which the visitor's own browser recomputes the draw."""
    fair, found = _found(slug, number)
    return render_template("public/draw_check.html", fair=fair, draw=found)


@bp.get("/<slug>/boc-tham/<int:number>/co-hoi")
@audience(Audience.PUBLIC)
@limits.catalogue
def draw_chance(slug: str, number: int) -> str:
    """Tell an application of the list what it may expect, from ten thousand trial draws.

    After the draw there is nothing to expect: the page leads to the result.
    """
    fair, found = _found(slug, number)
    code = request.args.get("hs", "").strip()[:24].upper()
    listed = [c for zone in found.closed["zones"] for c in zone["applications"]]
    open_yet = found.state is DrawState.FROZEN
    zone, chance = queries.chance_of(found, code) if open_yet and code in listed else ("", None)
    return render_template(
        "public/draw_chance.html",
        fair=fair,
        draw=found,
        states=STATES,
        code=code,
        zone=zone,
        chance=chance,
    )


@bp.get("/<slug>/boc-tham/<int:number>/chieu")
@audience(Audience.PUBLIC)
def draw_projector(slug: str, number: int) -> str:
    """Show one lot at a time on a projector; everything is in the page, so it needs no network."""
    fair, found = _found(slug, number)
    zones = queries.zones_of(found) if found.state is DrawState.DRAWN else []
    by_order = found.mode == "order"
    steps = [
        {
            "zone": zone.code,
            "lot": line.lot,
            "name": line.name,
            "code": line.code,
            "plate": line.booth or (str(line.lot) if by_order else "Chờ"),
        }
        for zone in zones
        for line in zone.lines
    ]
    return render_template(
        "public/draw_projector.html",
        fair=fair,
        draw=found,
        zones=zones,
        by_order=by_order,
        steps=steps,
    )
