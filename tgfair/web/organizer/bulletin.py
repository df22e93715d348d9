"""The bulletin for those who keep it: items, answers, attendance."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.phone import display_phone
from tgfair.documents.images import UploadRefusedError
from tgfair.documents.spreadsheet_out import Column, table_xlsx
from tgfair.models.bulletin import Area, Bulletin, BulletinKind
from tgfair.policy import Action, require
from tgfair.services import bulletin_answers, bulletin_files, bulletins
from tgfair.services.queries.bulletins import (
    all_items,
    answer_for_staff,
    answers_to,
    item_for_staff,
)
from tgfair.web import limits
from tgfair.web.choices import members, pairs
from tgfair.web.date_fields import DayField
from tgfair.web.forms import BaseForm, CleanStringField, beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import GROUP_LABELS, label
from tgfair.web.number_fields import WholeNumberField
from tgfair.web.organizer.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("Cơ sở", "Người dự", "Điện thoại", "Tình trạng", "Lời nhắn", "Có mặt")


class ItemForm(BaseForm):
    """An item of the bulletin."""

    kind = SelectField("Loại tin", choices=members(BulletinKind))
    title = CleanStringField("Tên", [InputRequired("Hãy ghi tên.")])
    organiser = CleanStringField("Đơn vị tổ chức")
    place = CleanStringField("Nơi tổ chức", [InputRequired("Hãy ghi nơi tổ chức.")])
    area = SelectField("Ở đâu", choices=members(Area))
    first_day = DayField("Ngày đầu", [InputRequired("Hãy ghi ngày.")], description="18/06/2026")
    last_day = DayField("Ngày cuối", [InputRequired("Hãy ghi ngày.")])
    hours = CleanStringField("Giờ", description="Ví dụ 08:00–11:00")
    answer_until = DayField("Hạn đăng ký")
    costs = CleanStringField(
        "Ai trả khoản nào", description="Ví dụ: tỉnh hỗ trợ gian hàng, cơ sở tự lo đi lại"
    )
    groups = SelectMultipleField(
        "Dành cho nhóm sản phẩm",
        [Optional()],
        choices=pairs(GROUP_LABELS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Không chọn: mọi nhóm",
    )
    places = WholeNumberField(
        "Số chỗ",
        [Optional()],
        description="Lớp, cuộc họp có giữ chỗ. Bỏ trống: chỉ ghi nhận quan tâm",
    )
    text = TextAreaField("Nội dung")
    contact_name = CleanStringField("Người liên hệ")
    contact_phone = CleanStringField("Điện thoại liên hệ")
    contact_email = CleanStringField("Thư điện tử liên hệ")
    version = IntegerField(default=0)

    def item(self) -> bulletins.BulletinData:
        """Return what a valid form says."""
        return bulletins.BulletinData(
            kind=BulletinKind(self.kind.data),
            title=self.title.data or "",
            place=self.place.data or "",
            area=Area(self.area.data),
            first_day=self.first_day.data or date.max,
            last_day=self.last_day.data or date.max,
            organiser=self.organiser.data or "",
            hours=self.hours.data or "",
            answer_until=self.answer_until.data,
            costs=self.costs.data or "",
            groups=tuple(self.groups.data or ()),
            text=self.text.data or "",
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            places=self.places.data,
        )


@bp.get("/ql/tin")
@audience(Audience.STAFF)
def bulletin_items() -> str:
    """List every item, drafts too."""
    return render_template("organizer/bulletin.html", items=all_items(actor()))


@bp.get("/ql/tin/moi")
@audience(Audience.STAFF)
def new_bulletin() -> str:
    """Ask for an item."""
    require(actor(), Action.MANAGE_BULLETIN)
    return _form_page(ItemForm(), None)


def _form_page(form: ItemForm, item: Bulletin | None) -> str:
    return render_template("organizer/bulletin_form.html", form=form, item=item)


@bp.post("/ql/tin/moi")
@audience(Audience.STAFF)
def create_bulletin() -> Any:
    """Write a new item."""
    require(actor(), Action.MANAGE_BULLETIN)
    return _save(ItemForm(request.form), None)


def _save(form: ItemForm, item: Bulletin | None) -> Any:
    if form.validate():
        try:
            name = bulletins.save_bulletin(
                actor(),
                form.item(),
                bulletin_id=item.public_id if item else None,
                seen_version=form.version.data or 0,
                key=str(form.idempotency_key.data or ""),
                now=now(),
            )
            flash("Đã lưu.", "success")
            return redirect(url_for("organizer.bulletin_page", bulletin_id=name), code=303)
        except ConflictError as error:
            form.form_errors.append(error.message())
        except InvalidError as error:
            beside(form, error)
    return _form_page(form, item), 400


@bp.get("/ql/tin/<bulletin_id>/sua")
@audience(Audience.STAFF)
def edit_bulletin(bulletin_id: str) -> str:
    """Show an item's form."""
    item = item_for_staff(actor(), bulletin_id)
    phone = display_phone(item.contact_phone) if item.contact_phone else ""
    return _form_page(ItemForm(obj=item, data={"contact_phone": phone}), item)


@bp.post("/ql/tin/<bulletin_id>/sua")
@audience(Audience.STAFF)
def save_bulletin(bulletin_id: str) -> Any:
    """Change an item."""
    return _save(ItemForm(request.form), item_for_staff(actor(), bulletin_id))


@bp.get("/ql/tin/<bulletin_id>")
@audience(Audience.STAFF)
def bulletin_page(bulletin_id: str) -> str:
    """Show an item with who answered."""
    item = item_for_staff(actor(), bulletin_id)
    return render_template(
        "organizer/bulletin_item.html", item=item, answers=answers_to(actor(), item)
    )


@bp.post("/ql/tin/<bulletin_id>/cong-bo")
@audience(Audience.STAFF)
def publish_bulletin(bulletin_id: str) -> Any:
    """Show an item to everybody."""
    title = bulletins.publish_bulletin(actor(), bulletin_id, now=now())
    return _do(bulletin_id, f"Đã đăng “{title}”.")


@bp.post("/ql/tin/<bulletin_id>/tep")
@limits.uploads
@audience(Audience.STAFF, upload_mb=11)
def attach_file(bulletin_id: str) -> Any:
    """Put a file beside an item."""
    sent = request.files.get("file")
    try:
        bulletin_files.attach_file(
            actor(),
            bulletin_id,
            (sent.filename or "") if sent else "",
            sent.read() if sent else b"",
            now=now(),
        )
        flash("Đã đính kèm tệp.", "success")
    except UploadRefusedError as error:
        flash(error.message(), "error")
    return redirect(url_for("organizer.bulletin_page", bulletin_id=bulletin_id), code=303)


@bp.post("/ql/tin/<bulletin_id>/huy")
@audience(Audience.STAFF)
def withdraw_bulletin(bulletin_id: str) -> Any:
    """Call an item off."""
    try:
        told = bulletins.withdraw_bulletin(
            actor(), bulletin_id, request.form.get("reason", ""), now=now()
        )
    except InvalidError as error:
        flash(error.sentence, "error")
        return redirect(url_for("organizer.bulletin_page", bulletin_id=bulletin_id), code=303)
    return _do(bulletin_id, f"Đã hủy. {told} cơ sở được báo.")


def _do(bulletin_id: str, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("organizer.bulletin_page", bulletin_id=bulletin_id), code=303)


@bp.get("/ql/tin/<bulletin_id>/danh-sach.xlsx")
@audience(Audience.STAFF)
def export_answers(bulletin_id: str) -> Response:
    """Give the answers as a spreadsheet."""
    item = item_for_staff(actor(), bulletin_id)
    rows = [
        (
            answer.exhibitor.name,
            answer.person,
            display_phone(answer.phone) if answer.phone else "",
            label(answer.state),
            answer.note or "",
            "có" if answer.attended_at else "",
        )
        for answer in answers_to(actor(), item)
    ]
    data = table_xlsx(item.title[:60], [Column(title) for title in COLUMNS], rows)
    headers = {"Content-Disposition": f'attachment; filename="dang-ky-{item.public_id[:8]}.xlsx"'}
    return Response(data, mimetype=XLSX, headers=headers)


@bp.get("/ql/tin/co-mat/<answer_id>")
@audience(Audience.STAFF)
def door_page(answer_id: str) -> str:
    """Show whom the code at the door names; looking changes nothing."""
    answer = answer_for_staff(actor(), answer_id)
    return render_template("organizer/bulletin_attendance.html", answer=answer)


@bp.post("/ql/tin/co-mat/<answer_id>")
@audience(Audience.STAFF)
def mark_attended(answer_id: str) -> Any:
    """Note that the person is there."""
    try:
        answer = bulletin_answers.mark_attended(actor(), answer_id, now=now())
        flash(f"Đã điểm danh {answer.person}.", "success")
    except InvalidError as error:
        flash(error.message(), "error")
    except ConflictError:
        flash("Người này chưa có chỗ (đang chờ hoặc đã rút).", "error")
    return redirect(url_for("organizer.door_page", answer_id=answer_id), code=303)
