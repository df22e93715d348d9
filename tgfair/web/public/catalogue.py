"""Find a booth or a product; the plan; the published list."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for

from tgfair.core.search import suggestions
from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import group_swatch, plan_svg
from tgfair.models.fair import Fair
from tgfair.services.queries.booths import published_booths, published_drawing
from tgfair.services.queries.catalogue import Stand, Wanted, look_for, stands
from tgfair.services.queries.fairs import public_fair
from tgfair.services.queries.publication_changes import published_changes
from tgfair.web import limits
from tgfair.web.guards import Audience, audience
from tgfair.web.labels import GROUP_LABELS
from tgfair.web.pagination import asked_page
from tgfair.web.public.blueprint import bp

PAGE_SIZE = 40


def _wanted() -> Wanted:
    return Wanted(
        q=request.args.get("q", "").strip()[:100],
        group=request.args.get("nhom", "")[:24],
        stars=request.args.get("sao", "")[:1],
        zone=request.args.get("khu", "")[:8],
    )


@bp.get("/<slug>/gian-hang/")
@audience(Audience.PUBLIC)
@limits.catalogue
def booths(slug: str) -> str:
    """List who stands at the fair; search without diacritics."""
    fair = public_fair(slug)
    everybody = stands(fair)
    wanted = _wanted()
    found = look_for(everybody, wanted)
    return render_template(
        "public/booths.html",
        fair=fair,
        everybody=everybody,
        found=found,
        page=asked_page(len(found), PAGE_SIZE),
        wanted=wanted,
        zones=sorted({(stand.zone_code, stand.zone) for stand in everybody}),
        suggestions=_suggestions(wanted, everybody) if not found else [],
    )


def _suggestions(wanted: Wanted, everybody: list[Stand]) -> list[str]:
    names = [product.name for stand in everybody for product in stand.products]
    return suggestions(wanted.q, [*names, *(stand.name for stand in everybody)])


@bp.get("/<slug>/gian-hang/<label>")
@audience(Audience.PUBLIC)
@limits.catalogue
def booth(slug: str, label: str) -> str:
    """Show one booth: who stands there with what; the target of the sign's QR code."""
    fair = public_fair(slug)
    view = next((one for one in published_booths(fair.id) if one.label == label.upper()), None)
    if view is None:
        abort(404)
    here = [stand for stand in stands(fair) if stand.booth == view.label]
    return render_template("public/booth.html", fair=fair, booth=view, here=here)


@bp.get("/<slug>/so-do/")
@audience(Audience.PUBLIC)
def plan(slug: str) -> str:
    """Show the published plan; `?gian=` finds a booth, `?q=` everything that fits a search."""
    fair = public_fair(slug)
    everybody = stands(fair)
    wanted = _wanted()
    label = request.args.get("gian", "")[:12].upper()
    found = {stand.booth for stand in look_for(everybody, wanted)} if wanted.q else set()
    return render_template(
        "public/plan.html",
        fair=fair,
        drawing=_drawing(fair, everybody, found | ({label} if label else set())),
        everybody=everybody,
        label=label,
        wanted=wanted,
        found=sorted(found),
        legend=[
            {"label": text, "swatch": group_swatch(group)} for group, text in GROUP_LABELS.items()
        ],
    )


def _drawing(fair: Fair, everybody: list[Stand], found: set[str]) -> Any:
    drawing = published_drawing(fair.id)
    if drawing is None:
        return None
    by_booth: dict[str, list[Stand]] = {}
    for stand in everybody:
        by_booth.setdefault(stand.booth, []).append(stand)
    views = {}
    for item in drawing.booths:
        here = by_booth.get(item.label, [])
        groups = [product.group for stand in here for product in stand.products if product.group]
        views[item.label] = Drawn(
            state="taken" if here else "free",
            holder=", ".join(stand.name for stand in here),
            group=groups[0] if groups else None,
            href=url_for("public.booth", slug=fair.slug, label=item.label),
            id=item.label,
            marks=("found",) if item.label in found else (),
        )
    return plan_svg(drawing, views)


@bp.get("/<slug>/ket-qua/")
@audience(Audience.PUBLIC)
def results(slug: str) -> str:
    """List the published places as a table that prints, and what changed since the first."""
    fair = public_fair(slug)
    return render_template(
        "public/results.html",
        fair=fair,
        everybody=stands(fair),
        changes=published_changes(fair.id),
    )
