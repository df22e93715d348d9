"""The plan as files to take away: JSON, SVG, GeoJSON, and the A3 sheet."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from tgfair import clock
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import NotFoundError
from tgfair.core.layout.plan import Plan
from tgfair.documents.plan_file import write_plan_file
from tgfair.documents.plan_geojson import plan_geojson
from tgfair.documents.plan_pdf import PlanSheet, plan_pdf
from tgfair.documents.plan_svg_file import plan_svg_file
from tgfair.models.fair import Fair
from tgfair.services.plan_drafts import draft_of
from tgfair.services.queries.booths import newest_drawing
from tgfair.services.queries.fairs import fair_for_staff, newest_plan
from tgfair.services.queries.plan_versions import version_of
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import number_from
from tgfair.web.organizer.blueprint import bp


class NoPlanError(NotFoundError):
    """There is no plan to take away yet."""

    code = "no_plan"

    def message(self) -> str:
        """Say what to do first."""
        return "Sự kiện chưa có sơ đồ. Hãy nạp hoặc vẽ sơ đồ trước."


@bp.get("/ql/<slug>/so-do/so-do.json")
@audience(Audience.STAFF)
def download_plan(slug: str) -> Any:
    """Give the newest plan in our own format."""
    fair, plan = _plan(slug)
    return _file(fair, write_plan_file(plan), "json", "application/json")


@bp.get("/ql/<slug>/so-do/so-do.geojson")
@audience(Audience.STAFF)
def plan_as_geojson(slug: str) -> Any:
    """Give the newest plan for map programs."""
    fair, plan = _plan(slug)
    return _file(fair, plan_geojson(plan), "geojson", "application/geo+json")


@bp.get("/ql/<slug>/so-do/so-do.svg")
@audience(Audience.STAFF)
def plan_as_svg(slug: str) -> Any:
    """Give the newest plan for drawing programs."""
    fair, plan = _plan(slug)
    return _file(fair, plan_svg_file(plan), "svg", "image/svg+xml")


@bp.get("/ql/<slug>/so-do/so-do.pdf")
@audience(Audience.STAFF)
def plan_as_pdf(slug: str) -> Any:
    """Give the newest plan as a sheet of A3."""
    fair, plan = _plan(slug)
    return _file(fair, plan_pdf(plan, _sheet(fair)), "pdf", "application/pdf")


def _plan(slug: str) -> tuple[Fair, Plan]:
    """Return the newest version, with `?ban=3` that one, or with `?nhap=1` what is being drawn."""
    fair = fair_for_staff(actor(), slug)
    plan: Plan | None
    if _asked_version():
        plan = version_of(actor(), fair, _asked_version()).plan
    elif request.args.get("nhap"):
        view = draft_of(actor(), fair.id)
        plan = view.plan if view else None
    else:
        plan = newest_drawing(fair.id)
    if plan is None:
        raise NoPlanError
    return fair, plan


def _asked_version() -> int:
    return number_from(request.args.get("ban"))


def _sheet(fair: Fair) -> PlanSheet:
    newest = newest_plan(fair.id)
    number = _asked_version() or (newest.number if newest else 0)
    return PlanSheet(
        title=fair.name,
        subtitle=fair.venue,
        version="Bản nháp" if request.args.get("nhap") else f"Bản {number}",
        printed_on=f"in ngày {vn_date(clock.day_in_vietnam(now()))}",
    )


def _file(fair: Fair, data: bytes, ending: str, mimetype: str) -> Response:
    name = f"so-do-{fair.slug}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=mimetype, headers=headers)
