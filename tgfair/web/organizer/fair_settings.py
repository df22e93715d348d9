"""Settings of a fair: data and timetable, texts, zones, other days, status."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.timetable import check_timetable
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.models.fair import Fair, FairStatus, Zone
from tgfair.policy import Action, require
from tgfair.services import fair_dates, fair_put_off, fairs
from tgfair.services.date_history import Decision
from tgfair.services.fair_put_off import why_not_undone
from tgfair.services.fair_status import MOVES, StatusMoveError, set_fair_status
from tgfair.services.fair_templates import ZoneRule
from tgfair.services.fair_timetable import timetable_of
from tgfair.services.queries.fair_overview import overview
from tgfair.services.queries.fairs import fair_for_staff, fair_zone
from tgfair.services.queries.new_fair import data_of
from tgfair.web.choices import members
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import LABELS
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import (
    STEPS,
    DatesForm,
    DaysForm,
    FairForm,
    PutOffForm,
    TextsForm,
    ZoneForm,
    fair_form,
    put_problems,
    read_fair,
    read_texts,
    texts_form,
)
from tgfair.web.organizer.frame import fair_frame


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.EDIT_FAIR, fair)
    return fair


def _to_settings(fair_slug: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("organizer.settings_page", slug=fair_slug), code=303)


def _changed_meanwhile(form: Any, version: int) -> None:
    """Say so, keep what was typed, and let a second press overwrite knowingly."""
    form.form_errors.append(ConflictError().message())
    form.version.data, form.version.raw_data = version, None


@bp.get("/ql/<slug>/cai-dat")
@audience(Audience.STAFF)
def settings_page(slug: str) -> Any:
    """Show the fair's data and timetable."""
    fair = _fair(slug)
    form = fair_form(data_of(fair))
    form.version.data = fair.version
    return _settings(fair, form)


def _settings(fair: Fair, form: FairForm) -> str:
    return render_template(
        "organizer/fair_settings.html",
        form=form,
        steps=STEPS,
        problems=check_timetable(timetable_of(fair)),
        moves=MOVES[fair.status],
        kind_labels=LABELS[ExhibitorKind],
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cai-dat")
@audience(Audience.STAFF)
def save_settings(slug: str) -> Any:
    """Change the fair's data and timetable."""
    fair = _fair(slug)
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
            fair = _fair(slug)
            _changed_meanwhile(form, fair.version)
    return _settings(fair, form), 400


@bp.get("/ql/<slug>/cai-dat/van-ban")
@audience(Audience.STAFF)
def texts_page(slug: str) -> Any:
    """Show the organiser's own words."""
    fair = _fair(slug)
    return _texts(fair, texts_form(fair))


def _texts(fair: Fair, form: TextsForm) -> str:
    return render_template("organizer/fair_texts.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/cai-dat/van-ban")
@audience(Audience.STAFF)
def save_texts(slug: str) -> Any:
    """Change the organiser's own words."""
    fair = _fair(slug)
    form = TextsForm(request.form)
    if form.validate():
        try:
            seen = form.version.data or 0
            fairs.edit_texts(actor(), fair.id, read_texts(form), seen_version=seen, now=now())
            return _to_settings(slug, "Đã lưu các văn bản.")
        except ConflictError:
            fair = _fair(slug)
            _changed_meanwhile(form, fair.version)
    return _texts(fair, form), 400


@bp.get("/ql/<slug>/cai-dat/khu/<code>")
@audience(Audience.STAFF)
def zone_page(slug: str, code: str) -> Any:
    """Show whom a zone takes."""
    fair = _fair(slug)
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
    fair = _fair(slug)
    zone = fair_zone(fair.id, code)
    form = ZoneForm(request.form)
    form.exhibitor_kinds.choices = members(ExhibitorKind)
    if form.validate():
        rule = ZoneRule(tuple(form.groups.data or ()), tuple(form.exhibitor_kinds.data or ()))
        try:
            fairs.edit_zone(
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
            _changed_meanwhile(form, zone.version)
    return _zone(fair, zone, form), 400


@bp.get("/ql/<slug>/cai-dat/doi-ngay")
@audience(Audience.STAFF)
def dates_page(slug: str) -> Any:
    """Ask for the new days; with them in the address, show what would change."""
    fair = _fair(slug)
    if "opening" not in request.args:
        days = DaysForm(data={"opening": fair.first_day, "closing": fair.last_day})
        return _dates(fair, days, DatesForm())
    days = DaysForm(request.args)
    if not days.validate():
        return _dates(fair, days, DatesForm()), 400
    return _preview(fair, days, DatesForm(data={**days.data, "version": fair.version}))


def _preview(fair: Fair, days: DaysForm, form: DatesForm) -> Any:
    first, last = days.opening.data, days.closing.data
    if first is None or last is None:
        return _dates(fair, days, form), 400
    try:
        preview = fair_dates.preview_dates(actor(), fair, first, last, now=now())
    except InvalidError as error:
        _beside(days, error)
        return _dates(fair, days, form), 400
    return _dates(fair, days, form, preview), 400 if form.errors else 200


def _dates(
    fair: Fair,
    days: DaysForm,
    form: DatesForm,
    preview: fair_dates.DateChangePreview | None = None,
) -> str:
    return render_template(
        "organizer/fair_dates.html",
        days=days,
        form=form,
        preview=preview,
        changes=overview(fair).changes,
        keep=why_not_undone(actor(), fair, now=now()),
        **fair_frame(fair),
    )


def _beside(form: Any, error: InvalidError) -> None:
    if error.field in form:
        form[error.field].errors = [error.sentence]
    else:
        form.form_errors.append(error.sentence)


@bp.post("/ql/<slug>/cai-dat/doi-ngay")
@audience(Audience.STAFF)
def change_dates(slug: str) -> Any:
    """Move the fair to other days."""
    fair = _fair(slug)
    form = DatesForm(request.form)
    days = DaysForm(data={"opening": form.opening.data, "closing": form.closing.data})
    first, last = form.opening.data, form.closing.data
    if not form.validate() or first is None or last is None:
        return _preview(fair, days, form)
    try:
        done = fair_dates.change_dates(
            actor(),
            fair.id,
            first,
            last,
            reason=form.reason.data or "",
            decided_by=form.decided_by.data or "",
            seen_version=form.version.data or 0,
            now=now(),
        )
    except InvalidError as error:
        _beside(form, error)
        return _preview(fair, days, form)
    flash(
        f"Đã đổi ngày. {done.told} thư báo chờ bấm gửi; "
        f"{done.asked_again} cơ sở cần xác nhận lại gian.",
        "success",
    )
    return redirect(url_for("organizer.fair_overview", slug=slug), code=303)


@bp.get("/ql/<slug>/cai-dat/hoan")
@audience(Audience.STAFF)
def put_off_page(slug: str) -> Any:
    """Ask why the fair is put off."""
    fair = _fair(slug)
    return _put_off(fair, PutOffForm(data={"version": fair.version}))


def _put_off(fair: Fair, form: PutOffForm) -> str:
    return render_template("organizer/fair_put_off.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/cai-dat/hoan")
@audience(Audience.STAFF)
def put_off(slug: str) -> Any:
    """Put the fair off without new days."""
    fair = _fair(slug)
    form = PutOffForm(request.form)
    if form.validate():
        decision = Decision(form.reason.data or "", form.decided_by.data or "")
        seen = form.version.data or 0
        try:
            done = fair_put_off.put_off(actor(), fair.id, decision, seen_version=seen, now=now())
            flash(f"Đã hoãn sự kiện. {done.told} thư báo chờ bấm gửi.", "success")
            return redirect(url_for("organizer.dates_page", slug=slug), code=303)
        except InvalidError as error:
            _beside(form, error)
        except ConflictError:
            _changed_meanwhile(form, _fair(slug).version)
    return _put_off(fair, form), 400


@bp.post("/ql/<slug>/cai-dat/doi-ngay/hoan-tac")
@audience(Audience.STAFF)
def undo_dates(slug: str) -> Any:
    """Put the days back as they were before the last change."""
    fair = _fair(slug)
    try:
        done = fair_put_off.undo_dates(
            actor(),
            fair.id,
            _figure("change"),
            seen_version=_figure("version"),
            now=now(),
        )
    except InvalidError as error:
        flash(error.sentence, "error")
    else:
        flash(
            f"Đã trở lại ngày cũ. Rút {done.taken_back} thư chưa gửi, soạn {done.told} thư báo "
            f"lại, {done.confirmed} xác nhận có hiệu lực trở lại.",
            "success",
        )
    return redirect(url_for("organizer.dates_page", slug=slug), code=303)


def _figure(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0  # noqa: PLR2004 -- fits


def _target() -> FairStatus:
    asked = request.values.get("den", "")
    if asked not in list(FairStatus):
        raise StatusMoveError
    return FairStatus(asked)


@bp.get("/ql/<slug>/cai-dat/trang-thai")
@audience(Audience.STAFF)
def fair_status_page(slug: str) -> Any:
    """Ask before opening, ending or cancelling a fair."""
    fair, target = _fair(slug), _target()
    if target not in MOVES[fair.status]:
        raise StatusMoveError
    return render_template(
        "organizer/fair_status.html", target=target, error="", **fair_frame(fair)
    )


@bp.post("/ql/<slug>/cai-dat/trang-thai")
@audience(Audience.STAFF)
def change_status(slug: str) -> Any:
    """Open, end or cancel a fair."""
    fair, target = _fair(slug), _target()
    try:
        cancelled = set_fair_status(
            actor(),
            fair.id,
            target,
            reason=request.form.get("reason", "")[:600],
            decided_by=request.form.get("decided_by", "")[:200],
            seen_version=_figure("version"),
            now=now(),
        )
    except InvalidError as error:
        page = render_template(
            "organizer/fair_status.html", target=target, error=error.sentence, **fair_frame(fair)
        )
        return page, 400
    words = {
        FairStatus.OPEN: "Sự kiện đã mở.",
        FairStatus.ENDED: "Sự kiện đã kết thúc.",
        FairStatus.CANCELLED: f"Đã hủy sự kiện và {cancelled} hồ sơ. Thư báo chờ bấm gửi.",
    }
    flash(words[target], "success")
    return redirect(url_for("organizer.fair_overview", slug=slug), code=303)
