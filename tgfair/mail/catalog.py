"""Every kind of message: its lane, whether it waits for a person, its words for the call list."""

from __future__ import annotations

from dataclasses import dataclass

from tgfair.core.workflow import ACCEPTED, LIVE, State
from tgfair.models.outbox import Lane

HAS_BOOTH = frozenset({State.ALLOCATED, State.CONFIRMED})
STANDS = ACCEPTED | {State.WAITLISTED}


@dataclass(frozen=True)
class Kind:
    """A kind of message. Its texts lie in `templates/mail/<key>/{subject.txt,body.txt,body.html}`.

    `proposed`: written as a proposal that a person sends (bulk decisions, publishing);
    otherwise queued at once. `calls`: goes on the call list when there is no e-mail address.
    `calendar`: an .ics file is attached. `while_in`: states of its application in which it is
    still true, empty for always; one that waited until it was not must not go out. `stoppable`:
    news for many that a recipient may ask to get no more of; never a decision on one's own thing.
    """

    key: str
    label: str
    lane: Lane = Lane.PERSONAL
    proposed: bool = False
    calls: bool = True
    calendar: bool = False
    while_in: frozenset[State] = frozenset()
    stoppable: bool = False

    def is_true(self, state: State) -> bool:
        """Return whether the message is still true of an application in `state`."""
        return not self.while_in or state in self.while_in


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("sign_in", "Mã đăng nhập", calls=False),
        Kind("confirm_code", "Mã xác nhận", calls=False),
        Kind("staff_setup", "Mở tài khoản cán bộ", calls=False),
        Kind("contact_changed", "Đã đổi thông tin liên hệ", calls=False),
        Kind("code_read_out", "Cán bộ đã đọc mã đăng nhập", calls=False),
        Kind("invitation", "Giấy mời", lane=Lane.BULK, calendar=True, stoppable=True),
        Kind("reminder", "Nhắc trả lời giấy mời", lane=Lane.BULK, stoppable=True),
        Kind("receipt", "Đã nhận hồ sơ", calls=False),
        Kind("rsvp_receipt", "Đã nhận trả lời giấy mời", calls=False, calendar=True),
        Kind("returned", "Yêu cầu bổ sung", while_in=frozenset({State.CHANGES_REQUESTED})),
        Kind("approved", "Hồ sơ được duyệt", while_in=ACCEPTED),
        Kind("waitlisted", "Vào danh sách chờ", while_in=frozenset({State.WAITLISTED})),
        Kind("rejected", "Hồ sơ không được duyệt", while_in=frozenset({State.REJECTED})),
        Kind(
            "booth_assigned", "Đã xếp gian hàng", proposed=True, calendar=True, while_in=HAS_BOOTH
        ),
        Kind("booth_moved", "Đổi gian hàng", proposed=True, calendar=True, while_in=HAS_BOOTH),
        Kind("booth_redrawn", "Gian đổi trên sơ đồ mới", proposed=True, while_in=HAS_BOOTH),
        Kind(
            "booth_released",
            "Thu hồi gian hàng",
            proposed=True,
            while_in=frozenset({State.APPROVED}),
        ),
        Kind(
            "confirm_reminder",
            "Nhắc xác nhận gian hàng",
            lane=Lane.BULK,
            while_in=frozenset({State.ALLOCATED}),
        ),
        # From the timetable, in the organisers' own words.
        Kind("notice", "Thông báo theo lịch", lane=Lane.BULK, while_in=LIVE),
        Kind("booth_picked", "Đã nhận gian tự chọn", calls=False, while_in=ACCEPTED),
        Kind("offer", "Mời nhận gian từ danh sách chờ", while_in=STANDS),
        Kind("offer_over", "Hết hạn trả lời lời mời", calls=False, while_in=STANDS),
        Kind("offer_called_back", "Rút lại lời mời nhận gian", calls=False, while_in=STANDS),
        Kind("slot_given", "Có chỗ trong khung giờ đang chờ", while_in=ACCEPTED),
        Kind("slot_cancelled", "Hủy chỗ trong khung giờ", while_in=ACCEPTED),
        Kind("slot_gone", "Bỏ khung giờ đang chờ", while_in=ACCEPTED),
        Kind("draw_listed", "Danh sách bốc thăm", while_in=ACCEPTED),
        Kind("draw_called_off", "Hủy danh sách bốc thăm", while_in=ACCEPTED),
        Kind("draw_result", "Kết quả bốc thăm", while_in=ACCEPTED),
        Kind("badge", "Thẻ tham gia", lane=Lane.BULK, while_in=HAS_BOOTH),
        Kind("withdrawn", "Đã rút hồ sơ", calls=False, while_in=frozenset({State.WITHDRAWN})),
        Kind("cancelled", "Hồ sơ bị hủy", calendar=True, while_in=frozenset({State.CANCELLED})),
        Kind(
            "dates_changed",
            "Đổi ngày tổ chức",
            lane=Lane.BULK,
            proposed=True,
            calendar=True,
            while_in=LIVE,
        ),
        Kind("news", "Bản tin hội chợ", lane=Lane.BULK, calls=False, stoppable=True),
        Kind("place", "Đăng ký lớp, cuộc họp"),
        Kind("campaign", "Thông báo chung", lane=Lane.BULK, stoppable=True),
        Kind("campaign_test", "Thư thử của thông báo", calls=False),
        # To guests: who applied is told that the application is cancelled.
        Kind("fair_cancelled", "Hủy sự kiện", lane=Lane.BULK, proposed=True, calendar=True),
    )
}
