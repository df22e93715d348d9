"""The board of applications: filter, print, export."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request

from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.phone import display_phone
from tgfair.core.workflow import STATE_LABELS, Event
from tgfair.documents.spreadsheet_out import Column, Row, table_xlsx
from tgfair.models.fair import Fair
from tgfair.policy import Action, can
from tgfair.services.board_filters import drop_filter, keep_filter
from tgfair.services.queries.applications import Board, Filter, Line, board
from tgfair.services.queries.board_filters import kept_filters
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import Audience, actor, audience, now, today
from tgfair.web.labels import CERTIFICATE_LABELS, GROUP_LABELS, commune_name
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.board import (
    board_url,
    chips,
    filter_of_query,
    folded_away,
    options,
    query_of,
    read_filter,
)
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.pagination import PageOf, page_number

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# (value of the button, label, event) of the bulk bar.
BULK = (
    (Event.APPROVE, "Duyệt…"),
    (Event.RETURN, "Yêu cầu bổ sung…"),
    (Event.WAITLIST, "Danh sách chờ…"),
    (Event.REJECT, "Không duyệt…"),
)
COLUMNS = (
    "Mã hồ sơ",
    "Trạng thái",
    "Chủ thể",
    "Xã, phường",
    "Người liên hệ",
    "Điện thoại",
    "Thư điện tử",
    "Sản phẩm",
    "Nhóm",
    "Sao cao nhất",
    "Chứng nhận ngày cuối",
    "Số gian",
    "Nguyện vọng",
    "Nhu cầu",
    "Còn thiếu giấy tờ",
    "Nghi trùng với",
    "Cán bộ",
    "Gửi lúc",
    "Ghi chú",
)


@bp.get("/ql/<slug>/ho-so")
@audience(Audience.STAFF)
def applications_board(slug: str) -> str:
    """Show the applications that the filter wants; `?in=1` is the list for the meeting."""
    fair = fair_for_staff(actor(), slug)
    wanted = read_filter(request.args)
    found = board(actor(), fair, wanted)
    if "in" in request.args:
        return render_template("organizer/applications_print.html", fair=fair, found=found)
    return _board_page(fair, wanted, found)


def _board_page(fair: Fair, wanted: Filter, found: Board) -> str:
    number = page_number(request.args.get("trang"))
    page = PageOf(number, PAGE_SIZE, len(found.lines))
    if number > page.pages:
        page = PageOf(page.pages, PAGE_SIZE, len(found.lines))
    return render_template(
        "organizer/applications.html",
        found=found,
        wanted=wanted,
        lines=found.lines[page.offset : page.offset + page.size],
        page=page,
        query=query_of(wanted),
        chips=chips(fair, wanted, found),
        options=options(fair, found),
        folded=folded_away(wanted),
        url=lambda **more: _url(fair, wanted, **more),
        reviews=can(actor(), Action.REVIEW_APPLICATION, fair),
        bulk=BULK,
        kept=kept_filters(actor(), fair),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/ho-so/bo-loc")
@audience(Audience.STAFF)
def keep_board_filter(slug: str) -> Any:
    """Keep the filter in use under a name, or forget a kept one."""
    fair = fair_for_staff(actor(), slug)
    name = request.form.get("name", "")
    wanted = filter_of_query(request.form.get("loc", ""))
    if request.form.get("action") == "drop":
        drop_filter(actor(), fair.id, name)
        flash("Đã xóa bộ lọc.", "success")
        return redirect(board_url(fair, wanted), code=303)
    try:
        name = keep_filter(actor(), fair.id, name, query_of(wanted), now=now())
        flash(f"Đã lưu bộ lọc “{name}”.", "success")
    except InvalidError as error:
        flash(error.sentence, "error")
    return redirect(board_url(fair, wanted), code=303)


def _url(fair: Fair, wanted: Filter, *, trang: int = 0, print_view: bool = False) -> str:
    more = [f"trang={trang}"] if trang else []
    return board_url(fair, wanted, more="&".join(more + ["in=1"] * print_view))


@bp.get("/ql/<slug>/ho-so/xuat")
@audience(Audience.STAFF)
def export_applications(slug: str) -> Response:
    """Give the lines that the filter wants as a spreadsheet."""
    fair = fair_for_staff(actor(), slug)
    found = board(actor(), fair, read_filter(request.args))
    data = table_xlsx(
        f"Hồ sơ {fair.code}",
        [Column(title) for title in COLUMNS],
        [_row(line) for line in found.lines],
    )
    name = f"ho-so-{fair.slug}-{today():%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=XLSX, headers=headers)


def _row(line: Line) -> Row:
    return (
        line.code,
        STATE_LABELS[line.state],
        line.name,
        commune_name(line.unit),
        line.contact_name,
        display_phone(line.contact_phone) if line.contact_phone else "",
        line.contact_email,
        "\n".join(
            f"{one.name} (đến {vn_date(one.expires_on)})" if one.expires_on else one.name
            for one in line.products
        ),
        ", ".join(GROUP_LABELS.get(group, group) for group in line.groups),
        line.stars[0] if line.stars else None,
        CERTIFICATE_LABELS.get(line.certificate, "Chưa rõ" if line.certificate else "Còn hiệu lực"),
        line.booths_wanted,
        ", ".join(line.wishes),
        line.needs,
        ", ".join(line.missing),
        ", ".join(twin.name for twin in line.twins),
        line.reviewer,
        line.submitted_at,
        line.staff_note,
    )
