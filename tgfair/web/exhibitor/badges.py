"""My badges: take them home, put a portrait on, name builders and vehicles."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, request, url_for
from wtforms import FileField

from tgfair.core.badge import BadgeKind
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.services import badge_photos, badge_printing, booth_papers
from tgfair.services.booth_badges import name_holders
from tgfair.services.queries import my_badges as reads
from tgfair.web import guards, limits
from tgfair.web.downloads import pdf_file
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

KIND_WORDS = {"thi-cong": BadgeKind.BUILDER, "xe": BadgeKind.VEHICLE}
WORD_OF = {kind: word for word, kind in KIND_WORDS.items()}
TOO_LARGE = "Ảnh lớn hơn 10 MB. Hãy chụp lại hoặc chọn ảnh khác."


class PhotoForm(BaseForm):
    """A portrait."""

    photo = FileField("Ảnh chân dung")


@bp.get("/ho-so/<code>/the")
@audience(Audience.SESSION)
def badges(code: str) -> Any:
    """Show the badges with their codes, to print or to keep on the phone."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = reads.badges_page(guards.actor(), code, now=guards.now())
    return render_template("exhibitor/badges.html", **_frame(page), page=page, word_of=WORD_OF)


def _frame(page: reads.BadgesPage | reads.OneBadge) -> dict[str, Any]:
    return {"application": page.application, "fair": page.application.fair}


def _step_up(code: str) -> Any:
    """Send a visitor by personal link to prove the contact first; None when there is no need."""
    if reads.may_see_badges(guards.actor(), code):
        return None
    if guards.actor().invited_exhibitor_id is None or guards.actor().verified:
        return None  # the service says 403 or 404
    return redirect(f"/ho-so/xac-nhan?next={quote(request.path)}", code=303)


@bp.get("/ho-so/<code>/the.pdf")
@audience(Audience.SESSION)
def badges_pdf(code: str) -> Any:
    """Give all badges of the application as a PDF."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = reads.badges_page(guards.actor(), code, now=guards.now())
    pdf = badge_printing.badges_pdf(guards.actor(), [one.public_id for one in page.badges])
    return pdf_file(pdf, f"the-{code}.pdf")


@bp.get("/ho-so/<code>/the/<public_id>.pdf")
@audience(Audience.SESSION)
def badge_pdf(code: str, public_id: str) -> Any:
    """Give one badge as a PDF."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    line = _one(code, public_id).badge
    pdf = badge_printing.badges_pdf(guards.actor(), [line.public_id])
    return pdf_file(pdf, f"the-{line.short_code}.pdf")


@bp.get("/ho-so/<code>/the/<public_id>.png")
@audience(Audience.SESSION)
def badge_png(code: str, public_id: str) -> Any:
    """Give one badge as a picture, to keep on the phone."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    picture = badge_printing.badge_picture(guards.actor(), public_id)
    response = Response(picture, mimetype="image/png")
    response.headers["Content-Disposition"] = f'inline; filename="the-{code}.png"'
    return response


def _one(code: str, public_id: str) -> reads.OneBadge:
    return reads.one_badge(guards.actor(), code, public_id, now=guards.now())


def _page(code: str) -> reads.BadgesPage:
    return reads.badges_page(guards.actor(), code, now=guards.now())


@bp.get("/ho-so/<code>/the/them/<word>")
@audience(Audience.SESSION)
def more_badges(code: str, word: str) -> Any:
    """Ask for the builders, or the vehicles, of the booth."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = _page(code)
    more = reads.more_of(page, _kind(word))
    typed = dict(enumerate(more.holders, 1))
    return _more_page(page, more, word, _more_form(more, typed))


def _kind(word: str) -> BadgeKind:
    if word not in KIND_WORDS:
        abort(404)
    return KIND_WORDS[word]


def _more_form(more: reads.MoreBadges, typed: dict[int, str] | None = None) -> BaseForm:
    vehicle = more.kind is BadgeKind.VEHICLE
    label = "Biển số xe thứ %s" if vehicle else "Họ và tên người thứ %s"
    fields = {f"name{n}": CleanStringField(label % n) for n in range(1, more.most + 1)}
    kind: type[BaseForm] = type("MoreBadgesForm", (BaseForm,), fields)
    if typed is None:
        return kind(request.form)
    return kind(data={f"name{n}": name for n, name in typed.items()})


def _more_page(page: reads.BadgesPage, more: reads.MoreBadges, word: str, form: BaseForm) -> str:
    return render_template(
        "exhibitor/more_badges.html",
        **_frame(page),
        form=form,
        more=more,
        word=word,
        vehicle=more.kind is BadgeKind.VEHICLE,
        may_name=page.may_name,
    )


@bp.post("/ho-so/<code>/the/them/<word>")
@audience(Audience.SESSION)
def name_more(code: str, word: str) -> Any:
    """Give badges to the builders or vehicles named; who is no longer named loses it."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = _page(code)
    more = reads.more_of(page, _kind(word))
    form = _more_form(more)
    typed = [form[f"name{n}"].data or "" for n in range(1, more.most + 1)]
    try:
        name_holders(guards.actor(), code, more.kind, typed, now=guards.now())
    except InvalidError as error:
        if error.field is None or error.field not in form:
            raise
        form[error.field].errors = [error.message()]
        return _more_page(page, more, word, form), 400
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.more_badges", code=code, word=word), code=303)
    flash("Đã lưu. Thẻ đã sẵn sàng.", "success")
    return redirect(url_for("exhibitor.badges", code=code), code=303)


@bp.get("/ho-so/<code>/the/<public_id>/anh")
@audience(Audience.SESSION)
def badge_photo(code: str, public_id: str) -> Any:
    """Ask for a portrait."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    return _photo_page(_one(code, public_id), PhotoForm())


def _photo_page(page: reads.OneBadge, form: PhotoForm) -> str:
    return render_template(
        "exhibitor/badge_photo.html",
        **_frame(page),
        form=form,
        badge=page.badge,
        may_name=page.may_name,
    )


@bp.post("/ho-so/<code>/the/<public_id>/anh")
@limits.uploads
@audience(Audience.SESSION, upload_mb=11, too_large=TOO_LARGE)
def save_badge_photo(code: str, public_id: str) -> Any:
    """Put the portrait on the badge."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page, form = _one(code, public_id), PhotoForm(request.form)
    sent = request.files.get("photo")
    try:
        data = sent.read() if sent else b""
        badge_photos.set_photo(guards.actor(), page.badge.public_id, data, now=guards.now())
    except TgfairError as error:
        form.photo.errors = [error.message()]
        return _photo_page(page, form), 400
    flash("Đã nhận ảnh.", "success")
    return redirect(url_for("exhibitor.badges", code=code), code=303)


@bp.post("/ho-so/<code>/the/<public_id>/anh/bo")
@audience(Audience.SESSION)
def drop_badge_photo(code: str, public_id: str) -> Any:
    """Take the portrait off the badge."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    line = _one(code, public_id).badge
    try:
        badge_photos.remove_photo(guards.actor(), line.public_id, now=guards.now())
    except TgfairError as error:
        flash(error.message(), "error")
    else:
        flash("Đã bỏ ảnh.", "success")
    return redirect(url_for("exhibitor.badges", code=code), code=303)


@bp.get("/ho-so/<code>/the/<public_id>/anh.jpg")
@audience(Audience.SESSION)
def badge_photo_file(code: str, public_id: str) -> Any:
    """Give the portrait."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    line = _one(code, public_id).badge
    return Response(badge_photos.photo_of(guards.actor(), line.public_id), mimetype="image/jpeg")


@bp.get("/ho-so/<code>/bien-gian.pdf")
@audience(Audience.SESSION)
def own_sign(code: str) -> Any:
    """Give the sign over the booth."""
    try:
        pdf = booth_papers.own_signs_pdf(guards.actor(), code)
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.booth", code=code), code=303)
    return pdf_file(pdf, f"bien-gian-{code}.pdf")


@bp.get("/ho-so/<code>/chung-nhan.pdf")
@audience(Audience.SESSION)
def own_certificate(code: str) -> Any:
    """Give the certificate of participation."""
    try:
        pdf = booth_papers.own_certificate_pdf(guards.actor(), code, now=guards.now())
    except (booth_papers.NotOverYetError, booth_papers.NeverSeenError) as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.booth", code=code), code=303)
    return pdf_file(pdf, f"chung-nhan-{code}.pdf")
