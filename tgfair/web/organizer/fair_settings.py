"""Settings of a fair: data and timetable, texts, zones."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tgfair.core.errors import ConflictError
from tgfair.core.timetable import check_timetable
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.models.fair import Fair, Zone
from tgfair.services import fairs, zones
from tgfair.services.fair_status import MOVES
from tgfair.services.fair_templates import ZoneRule
from tgfair.services.fair_timetable import timetable_of
from tgfair.services.queries.fairs import fair_zone
from tgfair.services.queries.new_fair import data_of
from tgfair.services.queries.timetable import hung_steps
from tgfair.web.choices import members
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import LABELS
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import (
    STEPS,
    FairForm,
    TextsForm,
    ZoneForm,
    fair_form,
    put_problems,
    read_fair,
    read_texts,
    say_changed,
    texts_form,
)
from tgfair.web.organizer.frame import fair_frame, fair_to_edit


def _to_settings(fair_slug: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("organizer.settings_page", slug=fair_slug), code=303)


@bp.get("/ql/<slug>/cai-dat")
@audience(Audience.STAFF)
def settings_page(slug: str) -> Any:
    """Show the fair's data and timetable."""
    fair = fair_to_edit(slug)
    form = fair_form(data_of(fair))
    form.version.data = fair.version
    return _settings(fair, form)


def _settings(fair: Fair, form: FairForm) -> str:
    return render_template(
        "organizer/fair_settings.html",
        form=form,
        steps=STEPS,
        hangs=hung_steps(fair),
        problems=check_timetable(timetable_of(fair)),
        moves=MOVES[fair.status],
        kind_labels=LABELS[ExhibitorKind],
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cai-dat")
@audience(Audience.STAFF)
def save_settings(slug: str) -> Any:
    """Change the fair's data and timetable."""
    fair = fair_to_edit(slug)
    form = FairForm(request.form)
    del form.opening, form.closing, form.plan
    if form.validate():
        try:
            new_slug = fairs.edit_fair(
                actor(),
                fair.id,
                read_fair(form, fair),
                seen_version=form.version.data or 0,
                now=now(),
            )
            return _to_settings(new_slug, "Đã lưu.")
        except fairs.FairProblemsError as error:
            put_problems(form, error)
        except ConflictError:
            fair = fair_to_edit(slug)
            say_changed(form, fair.version)
    return _settings(fair, form), 400


@bp.get("/ql/<slug>/cai-dat/van-ban")
@audience(Audience.STAFF)
def texts_page(slug: str) -> Any:
    """Show the organiser's own words."""
    fair = fair_to_edit(slug)
    return _texts(fair, texts_form(fair))


def _texts(fair: Fair, form: TextsForm) -> str:
    return render_template("organizer/fair_texts.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/cai-dat/van-ban")
@audience(Audience.STAFF)
def save_texts(slug: str) -> Any:
    """Change the organiser's own words."""
    fair = fair_to_edit(slug)
    form = TextsForm(request.form)
    if form.validate():
        try:
            seen = form.version.data or 0
            fairs.edit_texts(actor(), fair.id, read_texts(form), seen_version=seen, now=now())
            return _to_settings(slug, "Đã lưu các văn bản.")
        except ConflictError:
            fair = fair_to_edit(slug)
            say_changed(form, fair.version)
    return _texts(fair, form), 400


@bp.get("/ql/<slug>/cai-dat/khu/<code>")
@audience(Audience.STAFF)
def zone_page(slug: str, code: str) -> Any:
    """Show whom a zone takes."""
    fair = fair_to_edit(slug)
    zone = fair_zone(fair.id, code)
    form = ZoneForm(
        data={
            "groups": zone.groups or [],
            "exhibitor_kinds": zone.exhibitor_kinds or [],
            "purpose": zone.purpose or "",
            "version": zone.version,
        }
    )
    return _zone(fair, zone, form)


def _zone(fair: Fair, zone: Zone, form: ZoneForm) -> str:
    form.exhibitor_kinds.choices = members(ExhibitorKind)
    return render_template("organizer/fair_zone.html", zone=zone, form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/cai-dat/khu/<code>")
@audience(Audience.STAFF)
def save_zone(slug: str, code: str) -> Any:
    """Change whom a zone takes."""
    fair = fair_to_edit(slug)
    zone = fair_zone(fair.id, code)
    form = ZoneForm(request.form)
    form.exhibitor_kinds.choices = members(ExhibitorKind)
    if form.validate():
        rule = ZoneRule(tuple(form.groups.data or ()), tuple(form.exhibitor_kinds.data or ()))
        try:
            zones.edit_zone(
                actor(),
                fair.id,
                code,
                rule,
                purpose=form.purpose.data or "",
                seen_version=form.version.data or 0,
                now=now(),
            )
            return _to_settings(slug, f"Đã lưu khu {code}.")
        except ConflictError:
            zone = fair_zone(fair.id, code)
            say_changed(form, zone.version)
    return _zone(fair, zone, form), 400
