"""Answers of a subject to the bulletin, and what it follows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.models.bulletin import Area
from tgfair.services.bulletin_answers import AnswerData, answer_bulletin, withdraw_answer
from tgfair.services.bulletin_digests import follow, stop_following
from tgfair.services.queries.bulletins import followed
from tgfair.services.stopping import NO_NEWS, normal, stopped, take_own_news_again
from tgfair.web.bulletin_page import item_page
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import GROUP_LABELS, LABELS

SAID = {
    "interested": "Đã ghi nhận. Sở sẽ liên hệ khi có thêm thông tin.",
    "placed": "Đã giữ một chỗ cho cơ sở.",
    "waiting": "Đã đủ chỗ. Cơ sở đang ở danh sách chờ và được báo khi có chỗ.",
}


def _back(bulletin_id: str) -> Any:
    return redirect(url_for("public.bulletin_item", bulletin_id=bulletin_id), code=303)


def _subject() -> str:
    return request.form.get("exhibitor", "")[:40]


@bp.post("/tin/<bulletin_id>/dang-ky")
@audience(Audience.SESSION)
def answer_item(bulletin_id: str) -> Any:
    """Say that the subject is interested, or take a place."""
    data = AnswerData(
        request.form.get("person", "")[:200],
        request.form.get("phone", "")[:40],
        request.form.get("note", "")[:600],
    )
    try:
        state = answer_bulletin(actor(), bulletin_id, _subject(), data, now=now())
        flash(SAID[state], "success")
    except InvalidError as error:
        typed = {"exhibitor": _subject(), **asdict(data)}
        return item_page(bulletin_id, typed, (error.field or "", error.message())), 400
    except ConflictError as error:
        flash(error.message(), "error")
    return _back(bulletin_id)


@bp.post("/tin/<bulletin_id>/rut")
@audience(Audience.SESSION)
def withdraw_from_item(bulletin_id: str) -> Any:
    """Take the answer back."""
    withdraw_answer(actor(), bulletin_id, _subject(), now=now())
    flash("Đã rút đăng ký.", "success")
    return _back(bulletin_id)


@bp.get("/ho-so/theo-doi-tin")
@audience(Audience.SESSION)
def following() -> str:
    """Show what each of the reader's subjects follows, and which address takes no news."""
    subjects = followed(actor())
    emails = {one.public_id: normal(one.email) for one, _ in subjects if one.email}
    reasons = stopped(emails.values(), *NO_NEWS)
    return render_template(
        "exhibitor/following.html",
        subjects=subjects,
        stopped={name: reasons[email] for name, email in emails.items() if email in reasons},
        groups=GROUP_LABELS,
        areas={str(area): text for area, text in LABELS[Area].items()},
    )


@bp.post("/ho-so/theo-doi-tin")
@audience(Audience.SESSION)
def save_following() -> Any:
    """Follow groups and areas, or nothing any more."""
    if request.form.get("act") == "stop":
        stop_following(actor(), _subject())
        flash("Đã ngừng gửi bản tin.", "success")
    elif request.form.get("act") == "again":
        take_own_news_again(actor(), _subject())
        flash("Địa chỉ này lại nhận thư chung.", "success")
    else:
        groups, areas = request.form.getlist("groups"), request.form.getlist("areas")
        follow(actor(), _subject(), groups, areas, now=now())
        flash("Đã lưu.", "success")
    return redirect(url_for("exhibitor.following"), code=303)
