"""Change a plan of booths by hand: move, swap, take out, lock, undo, copy, throw away."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from tgfair.core.errors import TgfairError
from tgfair.services import allocation_edits, allocation_runs
from tgfair.services.queries.allocation_plans import plan_view
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.organizer.plan_requests import assigned_fair, seen_version, to_plan, typed


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/doi-cho")
@audience(Audience.STAFF)
def relocate_in_plan(slug: str, plan: str) -> Any:
    """Move an application inside the plan, or let two change places."""
    fair = assigned_fair(slug)
    code, booth = typed("hs", 24), typed("gian", 12)
    try:
        edited = allocation_edits.relocate(
            actor(),
            fair.id,
            plan,
            code,
            booth,
            reason=typed("reason"),
            seen_version=seen_version(),
            now=now(),
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return to_plan(slug, plan, hs=code, gian=booth)
    return _edited(slug, plan, edited, hs=code)


def _edited(slug: str, label: str, edited: allocation_edits.Edited, **arguments: str) -> Any:
    copied = f" Đã lưu thành {edited.label}." if edited.label != label else ""
    flash(f"{edited.sentence}{copied}", "success")
    return to_plan(slug, edited.label, **arguments)


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/bo-gian")
@audience(Audience.STAFF)
def take_out_of_plan(slug: str, plan: str) -> Any:
    """Take an application's booths away in the plan."""
    fair = assigned_fair(slug)
    code = typed("hs", 24)
    try:
        edited = allocation_edits.take_out(
            actor(), fair.id, plan, code, seen_version=seen_version(), now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return to_plan(slug, plan, hs=code)
    return _edited(slug, plan, edited, hs=code)


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/khoa")
@audience(Audience.STAFF)
def lock_in_plan(slug: str, plan: str) -> Any:
    """Lock an application where the plan has it, or let it go."""
    fair = assigned_fair(slug)
    code = typed("hs", 24)
    try:
        edited = allocation_edits.set_lock(
            actor(),
            fair.id,
            plan,
            code,
            locked=typed("khoa") == "1",
            seen_version=seen_version(),
            now=now(),
        )
        flash(edited.sentence, "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return to_plan(slug, plan, hs=code)


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/hoan-tac")
@audience(Audience.STAFF)
def undo_in_plan(slug: str, plan: str) -> Any:
    """Take the last change by hand back."""
    fair = assigned_fair(slug)
    try:
        edited = allocation_edits.undo(
            actor(), fair.id, plan, seen_version=seen_version(), now=now()
        )
        flash(edited.sentence, "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return to_plan(slug, plan)


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/sao")
@audience(Audience.STAFF)
def copy_booth_plan(slug: str, plan: str) -> Any:
    """Make a copy to work on by hand."""
    fair = assigned_fair(slug)
    try:
        copied = allocation_edits.copy_plan(actor(), fair.id, plan, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
        return to_plan(slug, plan)
    flash(f"Đã lưu bản sao {copied}.", "success")
    return to_plan(slug, copied)


@bp.get("/ql/<slug>/xep/phuong-an/<plan>/xoa")
@audience(Audience.STAFF)
def ask_discard_booth_plan(slug: str, plan: str) -> str:
    """Ask before a plan is thrown away."""
    fair = assigned_fair(slug)
    view = plan_view(actor(), fair, plan)
    return render_template("organizer/booth_plan_discard.html", view=view, **fair_frame(fair))


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/xoa")
@audience(Audience.STAFF)
def discard_booth_plan(slug: str, plan: str) -> Any:
    """Throw a plan away."""
    fair = assigned_fair(slug)
    try:
        allocation_runs.discard_run(actor(), fair.id, plan, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
        return to_plan(slug, plan)
    flash(f"Đã xóa phương án {plan}.", "success")
    return redirect(url_for("organizer.booth_plans", slug=slug), code=303)
