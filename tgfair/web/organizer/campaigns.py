"""The composer: notices of a fair, one notice, its check, its preview."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.campaign.chips import CHIPS
from tgfair.core.campaign.pacing import duration_text
from tgfair.core.campaign.starters import STARTERS
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import sort_key
from tgfair.models.campaign import Campaign, CampaignState
from tgfair.models.fair import Fair
from tgfair.models.outbox import MessageState
from tgfair.policy import Action, require
from tgfair.services import campaigns, message_templates
from tgfair.services.campaigns import Draft
from tgfair.services.queries import campaigns as queries
from tgfair.services.queries import message_templates as template_queries
from tgfair.services.queries.audiences import (
    Wanted,
    clean_wanted,
    saved_filters,
    targets,
    zones_of,
)
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.invitations import communes
from tgfair.services.queries.messages import sending
from tgfair.web.choices import pairs
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import commune_name
from tgfair.web.mail_view import html_response
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.campaign_forms import (
    ASK_LABELS,
    LANGUAGES,
    SOURCES,
    CampaignForm,
    NewCampaignForm,
    SendForm,
)
from tgfair.web.organizer.frame import fair_frame

NAMES_SHOWN = 12
LISTED = {
    "waiting": (MessageState.QUEUED, MessageState.LEASED, MessageState.FAILED),
    "sent": (MessageState.SENT,),
    "dead": (MessageState.DEAD,),
    "skipped": (MessageState.CANCELLED, MessageState.PROPOSED),
}


def fair_of(slug: str) -> Fair:
    """Return the fair whose messages the actor may send."""
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.SEND_MESSAGES, fair)
    return fair


def home_of(slug: str, campaign_id: str = "") -> str:
    """Return the address of the notices, or of one."""
    return f"/ql/{slug}/thong-bao/soan" + (f"/{campaign_id}" if campaign_id else "")


@bp.get("/ql/<slug>/thong-bao/soan")
@audience(Audience.STAFF)
def campaigns_page(slug: str) -> str:
    """List the fair's notices and begin a new one."""
    return _campaigns_page(fair_of(slug), NewCampaignForm())


def _campaigns_page(fair: Fair, form: NewCampaignForm) -> str:
    found = template_queries.templates_of(actor(), fair)
    starts = {"": "Trang trắng"}
    starts |= {f"mau:{key}": f"Mẫu sẵn có: {text.name}" for key, text in STARTERS.items()}
    starts |= {f"ban:{t.versions[0].id}": f"Mẫu: {t.name}" for t in found if t.versions}
    form.start.choices = pairs(starts)
    return render_template(
        "organizer/campaigns.html",
        form=form,
        lines=queries.campaigns_of(actor(), fair),
        templates=found,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/thong-bao/soan")
@audience(Audience.STAFF)
def create_campaign(slug: str) -> Any:
    """Begin a notice, from a template when one was chosen."""
    fair, form = fair_of(slug), NewCampaignForm(request.form)
    if not form.validate():
        return _campaigns_page(fair, form), 400
    draft = Draft(
        title=str(form.title.data),
        source="applications",
        **_texts(fair, str(form.start.data or "")),
    )
    key = str(form.idempotency_key.data or "")
    name = campaigns.create_campaign(actor(), slug, draft, now=now(), key=key)
    return redirect(home_of(slug, name), code=303)


def _texts(fair: Fair, start: str) -> dict[str, Any]:
    sort, _, name = start.partition(":")
    if sort == "ban":
        chosen: Any = template_queries.version_of(actor(), fair, name)
    else:
        chosen = STARTERS.get(name)
    texts = ("subject", "body", "subject_en", "body_en")
    return {text: getattr(chosen, text) for text in texts} if chosen is not None else {}


@bp.get("/ql/<slug>/thong-bao/soan/<campaign_id>")
@audience(Audience.STAFF)
def campaign_page(slug: str, campaign_id: str) -> str:
    """Show the composer of a draft, or the report of what is on its way."""
    fair = fair_of(slug)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    if campaign.state is not CampaignState.DRAFT:
        return _report(fair, campaign)
    form = CampaignForm()
    form.fill(campaign)
    return _composer(fair, campaign, form)


def _composer(fair: Fair, campaign: Campaign, form: CampaignForm) -> str:
    form.offer(zones_of(fair), _communes())
    form.version.data = str(campaign.version)
    found = targets(actor(), fair, Wanted(campaign.source, campaign.conditions))
    asked, always = form.asked(campaign.source)
    return render_template(
        "organizer/campaign.html",
        form=form,
        campaign=campaign,
        asked=asked,
        always=always,
        ticked={name: len(campaign.conditions.get(name) or []) for name in ASK_LABELS},
        count=len(found),
        without_mail=sum(not target.recipient.email for target in found),
        names=[target.exhibitor.name for target in found[:NAMES_SHOWN]],
        filters=saved_filters(actor(), fair),
        chips=CHIPS,
        sources=SOURCES,
        **fair_frame(fair),
    )


def _communes() -> list[tuple[str, str]]:
    options = [(code, commune_name(code)) for code in communes(actor())]
    return sorted(options, key=lambda option: sort_key(option[1]))


@bp.post("/ql/<slug>/thong-bao/soan/<campaign_id>")
@audience(Audience.STAFF)
def save_campaign(slug: str, campaign_id: str) -> Any:
    """Keep what was typed, and with it a filter or a template when a name is given."""
    fair, form = fair_of(slug), CampaignForm(request.form)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    form.offer(zones_of(fair), _communes())
    if not form.validate():
        return _composer(fair, campaign, form), 400
    try:
        campaigns.save_campaign(
            actor(), campaign_id, form.draft(), seen_version=form.seen, now=now()
        )
        _keep_names(fair, campaign_id, form)
    except ConflictError as error:
        flash(error.message(), "error")
        return _composer(fair, campaign, form), 409
    except InvalidError as error:
        flash(error.message(), "error")
        return _composer(fair, campaign, form), 400
    flash("Đã lưu thông báo.", "success")
    check = request.form.get("next") == "check"
    return redirect(home_of(slug, campaign_id) + ("/kiem-tra" if check else ""), code=303)


def _keep_names(fair: Fair, campaign_id: str, form: CampaignForm) -> None:
    if form.filter_name.data:
        wanted = clean_wanted(str(form.source.data), form.conditions())
        campaigns.save_filter(actor(), fair.slug, form.filter_name.data, wanted, now=now())
        flash(f"Đã lưu bộ lọc “{form.filter_name.data}”.", "success")
    if form.template_name.data:
        name = form.template_name.data
        number = message_templates.save_as_template(actor(), campaign_id, name, now=now())
        flash(f"Đã lưu mẫu “{name}”, bản thứ {number}.", "success")


@bp.get("/ql/<slug>/thong-bao/soan/<campaign_id>/xem")
@audience(Audience.STAFF)
def campaign_preview(slug: str, campaign_id: str) -> Any:
    """Show the notice as one of its recipients reads it; `?ban=html` gives the mail alone."""
    fair = fair_of(slug)
    campaign = queries.campaign_of(actor(), fair, campaign_id)
    number = request.args.get("thu", "1")
    place = int(number) if number.isascii() and number.isdigit() and len(number) <= 6 else 1  # noqa: PLR2004 -- far more than there are
    language = request.args.get("tieng", str(campaign.language))
    preview = queries.preview_campaign(actor(), campaign, place, language, now=now())
    if preview is not None and request.args.get("ban") == "html":
        return html_response(preview.mail.html)
    return render_template(
        "organizer/campaign_preview.html",
        campaign=campaign,
        preview=preview,
        language=language,
        languages=LANGUAGES,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/thong-bao/soan/<campaign_id>/kiem-tra")
@audience(Audience.STAFF)
def campaign_check(slug: str, campaign_id: str) -> str:
    """Show what sending would do: to whom, with which faults, for how long."""
    fair = fair_of(slug)
    return check_page(fair, queries.campaign_of(actor(), fair, campaign_id), SendForm())


def check_page(fair: Fair, campaign: Campaign, form: SendForm) -> str:
    """Return the page of the dry run."""
    check = queries.check_campaign(actor(), campaign.public_id, now=now())
    form.version.data = str(campaign.version)
    return render_template(
        "organizer/campaign_check.html",
        campaign=campaign,
        check=check,
        errors=[f for f in check.findings if f.level == "error"],
        warnings=[f for f in check.findings if f.level != "error"],
        lasts=duration_text(check.lasts),
        sending=sending(),
        form=form,
        sources=SOURCES,
        ask_labels=ASK_LABELS,
        **fair_frame(fair),
    )


def _report(fair: Fair, campaign: Campaign) -> str:
    report = queries.reports_of([campaign.id]).get(campaign.id, queries.Report())
    tab = request.args.get("muc", "waiting")
    states = LISTED.get(tab, LISTED["waiting"])
    busy = campaign.state is CampaignState.SENDING and (
        report.waiting > 0 or report.done + report.left < campaign.total
    )
    return render_template(
        "organizer/campaign_report.html",
        campaign=campaign,
        report=report,
        tab=tab if tab in LISTED else "waiting",
        rows=queries.lines_of(actor(), campaign, states),
        can_undo=queries.can_undo(campaign),
        job_id=queries.job_id_of(campaign),
        sending=sending(),
        refresh_seconds=10 if busy else 0,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/thong-bao/mau")
@audience(Audience.STAFF)
def templates_page(slug: str) -> str:
    """List the templates with every version."""
    fair = fair_of(slug)
    return render_template(
        "organizer/message_templates.html",
        templates=template_queries.templates_of(actor(), fair),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/thong-bao/mau/<template_id>/cat")
@audience(Audience.STAFF)
def archive_template(slug: str, template_id: str) -> Any:
    """Put a template away."""
    fair_of(slug)
    name = message_templates.archive_template(actor(), template_id, now=now())
    flash(f"Đã cất mẫu “{name}”.", "success")
    return redirect(f"/ql/{slug}/thong-bao/mau", code=303)
