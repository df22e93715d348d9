"""Every kind of message: its lane, whether it waits for a person, its words for the call list."""

from __future__ import annotations

from dataclasses import dataclass

from tgfair.models.outbox import Lane


@dataclass(frozen=True)
class Kind:
    """A kind of message. Its texts lie in `templates/mail/<key>/{subject.txt,body.txt,body.html}`.

    `proposed`: written as a proposal that a person sends (bulk decisions, publishing);
    otherwise queued at once. `calls`: goes on the call list when there is no e-mail address.
    `calendar`: an .ics file is attached.
    """

    key: str
    label: str
    lane: Lane = Lane.PERSONAL
    proposed: bool = False
    calls: bool = True
    calendar: bool = False


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("sign_in", "Mã đăng nhập", calls=False),
        Kind("confirm_code", "Mã xác nhận", calls=False),
        Kind("staff_setup", "Mở tài khoản cán bộ", calls=False),
        Kind("contact_changed", "Đã đổi thông tin liên hệ", calls=False),
        Kind("code_read_out", "Cán bộ đã đọc mã đăng nhập", calls=False),
        Kind("invitation", "Giấy mời", lane=Lane.BULK, calendar=True),
        Kind("reminder", "Nhắc trả lời giấy mời", lane=Lane.BULK),
        Kind("receipt", "Đã nhận hồ sơ", calls=False),
        Kind("rsvp_receipt", "Đã nhận trả lời giấy mời", calls=False, calendar=True),
        Kind("returned", "Yêu cầu bổ sung"),
        Kind("approved", "Hồ sơ được duyệt"),
        Kind("waitlisted", "Vào danh sách chờ"),
        Kind("rejected", "Hồ sơ không được duyệt"),
        Kind("booth_assigned", "Đã xếp gian hàng", proposed=True, calendar=True),
        Kind("booth_moved", "Đổi gian hàng", proposed=True, calendar=True),
        Kind("booth_released", "Thu hồi gian hàng", proposed=True),
        Kind("confirm_reminder", "Nhắc xác nhận gian hàng", lane=Lane.BULK),
        Kind("badge", "Thẻ tham gia", lane=Lane.BULK),
        Kind("withdrawn", "Đã rút hồ sơ", calls=False),
        Kind("cancelled", "Hồ sơ bị hủy"),
        Kind("dates_changed", "Đổi ngày tổ chức", lane=Lane.BULK, proposed=True, calendar=True),
    )
}
