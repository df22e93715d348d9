"""Texts that an organiser may begin with; what they say is theirs to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Starter:
    """A text to begin with, in both languages."""

    name: str
    subject: str
    body: str
    subject_en: str = ""
    body_en: str = ""


STARTERS: Final = {
    "setup": Starter(
        "Giờ vào gian",
        "Giờ vào gian: {sự kiện}",
        "Kính gửi {cơ sở},\n\n"
        "Gian {gian hàng} của cơ sở tại {sự kiện} mở để bày hàng từ {giờ vào gian}.\n"
        "Địa điểm: {địa điểm}.\n\n"
        "Xem lối vào và giờ xe của cơ sở:\n{đường dẫn}\n\n"
        "Cần hỗ trợ, xin gọi {đường dây nóng}.",
        "Setting up your booth: {sự kiện}",
        "Dear {cơ sở},\n\n"
        "Booth {gian hàng} at {địa điểm} is open for setting up ({giờ vào gian}).\n\n"
        "Your entrance and time slot:\n{đường dẫn}\n\n"
        "For help please call {đường dây nóng}.",
    ),
    "confirm": Starter(
        "Nhắc xác nhận tham gia",
        "Xin xác nhận gian hàng: {sự kiện}",
        "Kính gửi {cơ sở},\n\n"
        "Gian {gian hàng} đang chờ cơ sở xác nhận. Xin trả lời trước {hạn xác nhận}; "
        "sau hạn này gian có thể chuyển cho cơ sở trong danh sách chờ.\n\n"
        "Bấm để xác nhận:\n{đường dẫn}",
        "Please confirm your booth: {sự kiện}",
        "Dear {cơ sở},\n\n"
        "Booth {gian hàng} is waiting for your confirmation until {hạn xác nhận}. After that it "
        "may be offered to others.\n\nConfirm here:\n{đường dẫn}",
    ),
    "prepare": Starter(
        "Nhắc chuẩn bị",
        "Chuẩn bị tham gia: {sự kiện}",
        "Kính gửi {cơ sở},\n\n"
        "{sự kiện} diễn ra {ngày tổ chức} tại {địa điểm}.\n\n"
        "Cơ sở xin chuẩn bị: sản phẩm đủ nhãn và tem, bảng giá, giấy chứng nhận OCOP bản sao.\n\n"
        "Xem hồ sơ {mã hồ sơ}:\n{đường dẫn}",
    ),
}
