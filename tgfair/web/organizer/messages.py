"""The outbox: proposals, what waits, what failed, whom to call."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request

from tgfair.core.errors import InvalidError
from tgfair.mail.catalog import KINDS
from tgfair.mail.channels import channels_of
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import messages
from tgfair.services.messages import CallOutcome, MessageGoneError, Selection
from tgfair.services.queries import messages as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.messages import PAGE_SIZE, Tab
from tgfair.services.unreached import WAYS
from tgfair.web.guards import Audience, actor, audience, config, now
from tgfair.web.mail_view import mail_response
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.pagination import PageOf, asked_page, page_number

CALLS_PER_PAGE = 20

TABS = {
    Tab.PROPOSED: "Chờ bấm gửi",
    Tab.WAITING: "Chờ gửi",
    Tab.SENT: "Đã gửi",
    Tab.DEAD: "Không gửi được",
    Tab.SKIPPED: "Bỏ qua",
    Tab.CALLS: "Danh sách gọi",
}
OUTCOMES = {
    CallOutcome.REACHED: "Đã gọi, đã báo",
    CallOutcome.ZALO: "Đã nhắn Zalo",
    CallOutcome.LETTER: "Đã gửi thư giấy",
    CallOutcome.NO_ANSWER: "Không nghe máy",
    CallOutcome.WRONG_NUMBER: "Sai số",
}


def ways_of() -> dict[str, str]:
    """Return the channels to telephones that are configured, with their names."""
    return {str(channel): WAYS[channel] for channel in channels_of(config().channels)}


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.SEND_MESSAGES, fair)
    return fair


def _tab() -> Tab:
    asked = request.args.get("muc", "")
    return Tab(asked) if asked in list(Tab) else Tab.PROPOSED


def _home(slug: str, tab: Tab) -> Any:
    return redirect(f"/ql/{slug}/thong-bao?muc={tab}", code=303)


@bp.get("/ql/thong-bao")
@audience(Audience.STAFF)
def dead_letters() -> str:
    """List what could not be sent, of every fair and of none."""
    rows = queries.dead_letters(actor())
    return render_template("organizer/dead_letters.html", rows=rows, kinds=KINDS)


@bp.get("/ql/<slug>/thong-bao")
@audience(Audience.STAFF)
def messages_page(slug: str) -> str:
    """Show one heap of the fair's messages; `?in=1` prints the call list."""
    fair, tab = _fair(slug), _tab()
    if tab is Tab.CALLS:
        return _call_list(fair)
    kind = request.args.get("loai", "")
    page = PageOf(page_number(request.args.get("trang")), PAGE_SIZE, 0)
    rows, total = queries.messages_in(actor(), fair, tab, kind=kind, offset=page.offset)
    return render_template(
        "organizer/messages.html",
        tab=tab,
        tabs=_tabs(fair),
        kind=kind,
        kinds=KINDS,
        groups=queries.proposed_groups(actor(), fair) if tab is Tab.PROPOSED else [],
        rows=rows,
        page=PageOf(page.number, PAGE_SIZE, total),
        sending=queries.sending(),
        outcomes=OUTCOMES,
        **fair_frame(fair),
    )


def _tabs(fair: Fair) -> list[dict[str, Any]]:
    counts = queries.message_counts(actor(), fair.id)
    return [
        {
            "label": label,
            "url": f"/ql/{fair.slug}/thong-bao?muc={tab}",
            "count": counts[tab],
            "current": tab is _tab(),
        }
        for tab, label in TABS.items()
    ]


def _call_list(fair: Fair) -> str:
    if request.args.get("in") == "1":
        lines = queries.call_lines(actor(), fair)
        return render_template(
            "organizer/calls_print.html", lines=lines, kinds=KINDS, **fair_frame(fair)
        )
    q = request.args.get("q", "").strip()[:100]
    notices, subjects = queries.count_calls(actor(), fair, q=q)
    page = asked_page(notices, CALLS_PER_PAGE)
    return render_template(
        "organizer/calls.html",
        lines=queries.call_lines(actor(), fair, q=q, offset=page.offset, limit=page.size),
        page=page,
        subjects=subjects,
        q=q,
        outcomes=OUTCOMES,
        tabs=_tabs(fair),
        ways=ways_of(),
        kinds=KINDS,
        **fair_frame(fair),
    )


def _selection() -> Selection:
    ids = tuple(request.form.getlist("id")[:PAGE_SIZE])
    return Selection(kind=request.form.get("kind", "")[:32], ids=ids)


@bp.post("/ql/<slug>/thong-bao/gui")
@audience(Audience.STAFF)
def send_messages(slug: str) -> Any:
    """Let proposed messages go out: those ticked, or all of a kind."""
    try:
        released = messages.send_proposed(actor(), slug, _selection(), now=now())
    except (MessageGoneError, InvalidError) as error:
        flash(error.message(), "error")
        return _home(slug, Tab.PROPOSED)
    if not released.campaign_id:
        flash(f"Đã cho gửi {released.count} thư.", "success")
        return _home(slug, Tab.PROPOSED)
    flash(f"Đã cho gửi {released.count} thư. Trong 10 phút tới vẫn thu lại được.", "success")
    return redirect(f"/ql/{slug}/thong-bao/soan/{released.campaign_id}", code=303)


@bp.post("/ql/<slug>/thong-bao/huy")
@audience(Audience.STAFF)
def cancel_messages(slug: str) -> Any:
    """Take messages back: first ask, then do."""
    fair, chosen = _fair(slug), _selection()
    if request.form.get("yes") != "1" and (chosen.ids or chosen.kind):
        return render_template(
            "organizer/messages_cancel.html",
            chosen=chosen,
            label=KINDS[chosen.kind].label if chosen.kind in KINDS else "",
            **fair_frame(fair),
        )
    try:
        count = messages.cancel_messages(actor(), slug, chosen, now=now())
    except (MessageGoneError, InvalidError) as error:
        flash(error.message(), "error")
    else:
        flash(f"Đã hủy {count} thư.", "success")
    return _home(slug, Tab.PROPOSED)


@bp.get("/ql/<slug>/thong-bao/<message_id>")
@audience(Audience.STAFF)
def message_page(slug: str, message_id: str) -> str:
    """Show a message as its recipient will read it."""
    fair = _fair(slug)
    return render_template(
        "organizer/message.html",
        preview=queries.message_preview(actor(), fair, message_id),
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/thong-bao/<message_id>/xem")
@audience(Audience.STAFF)
def message_html(slug: str, message_id: str) -> Response:
    """Give the HTML of a message alone, as a mail program shows it."""
    return mail_response(queries.message_preview(actor(), _fair(slug), message_id))


@bp.post("/ql/<slug>/thong-bao/<message_id>/gui-lai")
@audience(Audience.STAFF)
def retry_message(slug: str, message_id: str) -> Any:
    """Send a failed message again."""
    try:
        address = messages.retry_message(actor(), message_id, now=now())
    except (MessageGoneError, InvalidError) as error:
        flash(error.message(), "error")
    else:
        flash(f"Sẽ gửi lại đến {address}.", "success")
    return _home(slug, Tab.DEAD)


@bp.post("/ql/<slug>/thong-bao/<message_id>/da-goi")
@audience(Audience.STAFF)
def mark_call(slug: str, message_id: str) -> Any:
    """Write down what came of a call."""
    try:
        outcome = messages.mark_call(
            actor(), message_id, request.form.get("outcome", ""), now=now()
        )
    except (MessageGoneError, InvalidError) as error:
        flash(error.message(), "error")
    else:
        flash(f"Đã ghi: {OUTCOMES[outcome]}.", "success")
    return _home(slug, Tab.CALLS)
