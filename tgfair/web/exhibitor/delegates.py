"""The badges of guests of a conference who only attend: names, picture, PDF."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for

from tgfair.core.errors import InvalidError, TgfairError
from tgfair.services import badge_printing
from tgfair.services.delegates import name_delegates
from tgfair.services.queries import my_delegates as reads
from tgfair.web import guards
from tgfair.web.downloads import pdf_file
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience


def _step_up(slug: str, exhibitor: str) -> Any:
    """Send a visitor by personal link to prove the contact first; None when there is no need."""
    if reads.may_see_delegates(guards.actor(), slug, exhibitor):
        return None
    if guards.actor().invited_exhibitor_id is None or guards.actor().verified:
        return None  # the service says 403 or 404
    return redirect(f"/ho-so/xac-nhan?next={quote(request.path)}", code=303)


def _page(slug: str, exhibitor: str) -> reads.DelegatesPage:
    return reads.delegates_page(guards.actor(), slug, exhibitor, now=guards.now())


def _names_form(page: reads.DelegatesPage, *, typed: bool) -> BaseForm:
    fields = {
        f"name{n}": CleanStringField(f"Họ và tên người thứ {n}")
        for n in range(1, len(page.badges) + 1)
    }
    kind: type[BaseForm] = type("DelegatesForm", (BaseForm,), fields)
    if typed:
        return kind(request.form)
    return kind(data={f"name{n}": badge.holder_name for n, badge in enumerate(page.badges, 1)})


@bp.get("/moi/<slug>/<exhibitor>/the")
@audience(Audience.SESSION)
def delegates(slug: str, exhibitor: str) -> Any:
    """Show the badges of those who come, and ask for their names."""
    if (elsewhere := _step_up(slug, exhibitor)) is not None:
        return elsewhere
    page = _page(slug, exhibitor)
    return _delegates_page(page, _names_form(page, typed=False))


def _delegates_page(page: reads.DelegatesPage, form: BaseForm) -> str:
    return render_template(
        "exhibitor/delegates.html", page=page, form=form, fair=page.invitation.fair
    )


@bp.post("/moi/<slug>/<exhibitor>/the")
@audience(Audience.SESSION)
def save_delegates(slug: str, exhibitor: str) -> Any:
    """Write the names on the badges."""
    if (elsewhere := _step_up(slug, exhibitor)) is not None:
        return elsewhere
    page = _page(slug, exhibitor)
    form = _names_form(page, typed=True)
    names = [form[f"name{n}"].data or "" for n in range(1, len(page.badges) + 1)]
    try:
        name_delegates(guards.actor(), slug, exhibitor, names, now=guards.now())
    except InvalidError as error:
        form[error.field or "name1"].errors = [error.message()]
        return _delegates_page(page, form), 400
    except TgfairError as error:
        flash(error.message(), "error")
    else:
        flash("Đã lưu tên trên thẻ.", "success")
    return redirect(url_for("exhibitor.delegates", slug=slug, exhibitor=exhibitor), code=303)


@bp.get("/moi/<slug>/<exhibitor>/the.pdf")
@audience(Audience.SESSION)
def delegates_pdf(slug: str, exhibitor: str) -> Any:
    """Give all badges of the invitation as a PDF."""
    if (elsewhere := _step_up(slug, exhibitor)) is not None:
        return elsewhere
    page = _page(slug, exhibitor)
    try:
        pdf = badge_printing.badges_pdf(guards.actor(), [one.public_id for one in page.badges])
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.delegates", slug=slug, exhibitor=exhibitor), code=303)
    return pdf_file(pdf, f"the-dai-bieu-{slug}.pdf")


@bp.get("/moi/<slug>/<exhibitor>/the/<public_id>.png")
@audience(Audience.SESSION)
def delegate_png(slug: str, exhibitor: str, public_id: str) -> Any:
    """Give one badge as a picture, to keep on the phone."""
    if (elsewhere := _step_up(slug, exhibitor)) is not None:
        return elsewhere
    badge = reads.delegate_badge(guards.actor(), slug, exhibitor, public_id)
    picture = badge_printing.badge_picture(guards.actor(), badge.public_id)
    return Response(picture, mimetype="image/png")
