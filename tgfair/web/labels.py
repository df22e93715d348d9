"""Words and formats for pages: enumerations, dates, numbers, telephone numbers."""

from __future__ import annotations

from datetime import date

from tgfair.core.names import EXHIBITOR_KIND_NAMES, GROUP_NAMES, VEHICLE_NAMES
from tgfair.core.workflow import STATE_LABELS, State
from tgfair.documents.reference_data import load_units
from tgfair.models.account import Role
from tgfair.models.bulletin import AnswerState, Area, BulletinKind, BulletinState
from tgfair.models.campaign import CampaignState
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.models.fair import DateChangeKind, FairKind, FairStatus, IntakeMode
from tgfair.models.invitation import Rsvp
from tgfair.models.job import JobState
from tgfair.models.outbox import Channel, MessageState
from tgfair.models.register_import import ImportState
from tgfair.models.slot import SlotKind, VehicleSize

LABELS: dict[type, dict[str, str]] = {
    ExhibitorKind: EXHIBITOR_KIND_NAMES,
    FairKind: {
        "review_conference": "Hội nghị OCOP và trưng bày",
        "fair": "Hội chợ",
        "festival": "Lễ hội",
        "week": "Tuần hàng",
        "training": "Lớp tập huấn",
    },
    IntakeMode: {
        "invited": "Theo danh sách mời, có trả lời",
        "open": "Đăng ký mở, có thư mời",
    },
    AnswerState: {
        AnswerState.INTERESTED: "Quan tâm",
        AnswerState.PLACED: "Có chỗ",
        AnswerState.WAITING: "Chờ chỗ",
        AnswerState.WITHDRAWN: "Đã rút",
    },
    Area: {
        Area.PROVINCE: "Trong tỉnh",
        Area.REGION: "Đồng bằng sông Cửu Long",
        Area.COUNTRY: "Nơi khác trong nước",
        Area.ABROAD: "Nước ngoài",
    },
    BulletinKind: {
        BulletinKind.FAIR: "Hội chợ",
        BulletinKind.PROMOTION: "Xúc tiến thương mại",
        BulletinKind.CLASS: "Lớp tập huấn",
        BulletinKind.MEETING: "Cuộc họp",
    },
    BulletinState: {
        BulletinState.DRAFT: "Nháp",
        BulletinState.PUBLISHED: "Đã đăng",
        BulletinState.WITHDRAWN: "Đã hủy",
    },
    DateChangeKind: {
        DateChangeKind.MOVED: "Đổi ngày",
        DateChangeKind.EXTENDED: "Kéo dài",
        DateChangeKind.SHORTENED: "Rút ngắn",
        DateChangeKind.PUT_OFF: "Hoãn",
        DateChangeKind.CANCELLED: "Hủy",
        DateChangeKind.UNDONE: "Hoàn tác",
    },
    FairStatus: {
        "draft": "Nháp",
        "open": "Đang mở",
        "ended": "Đã kết thúc",
        "cancelled": "Đã hủy",
    },
    Role: {
        "admin": "Quản trị",
        "organiser": "Ban Tổ chức",
        "reviewer": "Người xét duyệt",
        "commune_officer": "Cán bộ xã",
    },
    Rsvp: {
        "yes": "Tham dự và trưng bày",
        "attend_only": "Chỉ dự, không trưng bày",
        "no": "Không tham dự",
    },
    MessageState: {
        "proposed": "Chờ bấm gửi",
        "queued": "Chờ gửi",
        "leased": "Đang gửi",
        "sent": "Đã gửi",
        "failed": "Gửi lỗi, sẽ thử lại",
        "dead": "Không gửi được",
        "cancelled": "Đã hủy",
    },
    Channel: {
        "email": "Thư điện tử",
        "call": "Gọi, nhắn Zalo",
        "zns": "Zalo ZNS",
        "sms": "Tin nhắn",
        "letter": "Thư giấy",
    },
    CampaignState: {
        "draft": "Nháp",
        "sending": "Đang gửi",
        "paused": "Tạm dừng",
        "cancelled": "Đã dừng",
    },
    JobState: {
        "queued": "Đang chờ",
        "running": "Đang làm",
        "done": "Đã xong",
        "failed": "Bị lỗi",
        "cancelled": "Đã dừng",
    },
    ImportState: {
        "uploaded": "Chờ nhập",
        "applied": "Đã nhập",
        "discarded": "Đã bỏ",
    },
    SlotKind: {
        "load_in": "Chở hàng vào",
        "load_out": "Chở hàng ra",
        "stage": "Sân khấu",
        "meeting": "Gặp gỡ, kết nối",
    },
    VehicleSize: VEHICLE_NAMES,
}

GROUP_LABELS = GROUP_NAMES

# How a badge stands with the gates: see services/queries/badges.py.
BADGE_STANDINGS = {
    "valid": "Dùng được",
    "void": "Hồ sơ đã thôi tham gia",
    "revoked": "Đã hủy",
}
BADGE_TONES = {"valid": "good", "void": "warn", "revoked": "bad"}

CERTIFICATE_LABELS = {
    "valid": "Còn hiệu lực",
    "expiring": "Sắp hết hạn",
    "expired": "Hết hạn",
    "revoked": "Đã thu hồi",
    "none": "Chưa có chứng nhận",
}


def label(value: object) -> str:
    """Return the Vietnamese word of an enumeration's member; its own text when there is none."""
    if value is None:
        return ""
    if isinstance(value, State):
        return STATE_LABELS[value]
    return LABELS.get(type(value), {}).get(str(value), str(value))


def commune_name(code: str | None) -> str:
    """Return the name of one of today's communes, or "Chưa rõ xã"."""
    unit = load_units().at(code, date.max) if code else None
    return unit.name if unit else "Chưa rõ xã"
