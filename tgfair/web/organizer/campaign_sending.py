"""Send a notice, try it, hold it, take it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.services import campaign_sending, campaigns, unreached
from tgfair.services.queries import campaigns as queries
from tgfair.web.forms import beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.campaign_forms import SendForm
from tgfair.web.organizer.campaigns import check_page, fair_of, home_of

ACTS = {
    "pause": (campaign_sending.pause_campaign, "Đã tạm dừng. Còn {} thư chưa gửi."),
    "resume": (campaign_sending.resume_campaign, "Tiếp tục gửi {} thư."),
    "stop": (campaign_sending.stop_campaign, "Đã dừng hẳn. {} thư không gửi nữa."),
    "undo": (campaign_sending.undo_campaign, "Đã thu lại. Chưa có thư nào gửi đi."),
    "call": (unreached.call_unreached, "Danh sách gọi có thêm {} cơ sở chưa nhận được thư."),
    "hurry": (campaign_sending.hurry_campaign, "Thư bắt đầu gửi ngay bây giờ."),
}


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>/gui")
@audience(Audience.STAFF)
def send_campaign(slug: str, campaign_id: str) -> Any:
    """Let a notice go out, ten minutes from now or at the time asked for."""
    fair, form = fair_of(slug), SendForm(request.form)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    if not form.validate():
        return check_page(fair, campaign, form), 400
    try:
        campaign_sending.send_campaign(
            actor(),
            campaign_id,
            seen_version=number_from(form.version.data),
            send_at=form.send_at(),
            now=now(),
        )
    except ConflictError as error:
        flash(error.message(), "error")
        return redirect(home_of(slug, campaign_id), code=303)
    except InvalidError as error:
        beside(form, error)
        return check_page(fair, campaign, form), 400
    flash("Đã nhận lệnh gửi. Trong 10 phút tới vẫn thu lại được.", "success")
    return redirect(home_of(slug, campaign_id), code=303)


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>/thu-cho-toi")
@audience(Audience.STAFF)
def test_campaign(slug: str, campaign_id: str) -> Any:
    """Mail the notice to whoever asks, as its first recipient would get it."""
    fair = fair_of(slug)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    _, found = queries.target_number(actor(), campaign, 1)
    try:
        address = campaigns.send_test(actor(), campaign_id, next(iter(found), None), now=now())
    except InvalidError as error:
        flash(error.message(), "error")
    else:
        flash(f"Thư thử đang gửi tới {address}.", "success")
    return redirect(home_of(slug, campaign_id) + "/kiem-tra", code=303)


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>/viec")
@audience(Audience.STAFF)
def act_on_campaign(slug: str, campaign_id: str) -> Any:
    """Pause, resume, stop, undo or hurry a notice that is on its way."""
    queries.campaign_of(actor(), fair_of(slug), campaign_id)
    found = ACTS.get(request.form.get("act", ""))
    if found is not None:
        act, sentence = found
        try:
            count = act(actor(), campaign_id, now=now())
        except ConflictError as error:
            flash(error.message(), "error")
        else:
            flash(sentence.format(count), "success")
    return redirect(home_of(slug, campaign_id), code=303)


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>/bo-loc")
@audience(Audience.STAFF)
def use_filter(slug: str, campaign_id: str) -> Any:
    """Take a saved filter over."""
    fair = fair_of(slug)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    try:
        campaigns.use_filter(actor(), campaign.public_id, request.form.get("filter", ""), now=now())
    except (ConflictError, InvalidError) as error:
        flash(error.message(), "error")
    else:
        flash("Đã chọn người nhận theo bộ lọc.", "success")
    return redirect(home_of(slug, campaign_id), code=303)


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>/xoa")
@audience(Audience.STAFF)
def delete_campaign(slug: str, campaign_id: str) -> Any:
    """Throw a draft away."""
    queries.campaign_of(actor(), fair_of(slug), campaign_id)
    try:
        campaigns.delete_campaign(actor(), campaign_id, now=now())
    except ConflictError as error:
        flash(error.message(), "error")
        return redirect(home_of(slug, campaign_id), code=303)
    flash("Đã xóa bản nháp.", "success")
    return redirect(home_of(slug), code=303)
