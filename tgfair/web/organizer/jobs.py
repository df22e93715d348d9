"""The page of a job: progress, cancel."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request

from tgfair.models.job import Job, JobState
from tgfair.services.jobs import JobOverError, cancel_job
from tgfair.services.queries.jobs import job_of
from tgfair.web.guards import Audience, actor, audience, safe_next
from tgfair.web.labels import label
from tgfair.web.organizer.blueprint import bp

LIVE = (JobState.QUEUED, JobState.RUNNING)
TITLES = {
    "allocation": "Tìm phương án xếp gian",
    "badge_sheets": "In thẻ",
    "badges": "Phát thẻ",
    "forget_file": "Xóa tệp không còn dùng",
    "register_preview": "Đọc tệp sổ chủ thể",
    "register_apply": "Ghi vào sổ chủ thể",
}


@bp.get("/viec/<public_id>")
@audience(Audience.STAFF)
def job_page(public_id: str) -> Any:
    """Show how far a job is; the same address answers scripts as JSON."""
    job = job_of(actor(), public_id)
    shown = _shown(job)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(shown)
    return render_template(
        "organizer/job.html",
        job=shown,
        title=TITLES.get(job.kind, "Việc đang chạy"),
        live=job.state in LIVE,
        refresh_seconds=3 if job.state in LIVE else 0,
    )


def _shown(job: Job) -> dict[str, Any]:
    result = job.result or {}
    url = result.get("url")
    return {
        "id": job.public_id,
        "state": str(job.state),
        "state_label": label(job.state),
        "done": job.done,
        "total": job.total,
        "text": job.text,
        "result_url": safe_next(str(url)) if url else "",
    }


@bp.post("/viec/<public_id>/dung")
@audience(Audience.STAFF)
def stop_job(public_id: str) -> Any:
    """Stop a job."""
    try:
        cancel_job(actor(), public_id)
    except JobOverError as error:
        flash(error.message(), "error")
    else:
        flash("Đã dừng. Những phần chưa xong không được ghi.", "success")
    return redirect(f"/viec/{public_id}", code=303)
