"""The steps of the form, in order, and the words for them and their fields."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """One page of the form, one topic."""

    CONTACT = "contact"
    PRODUCTS = "products"
    BOOTH = "booth"
    PEOPLE = "people"
    FILES = "files"

    @property
    def number(self) -> int:
        """Place in the form, from 1."""
        return list(Step).index(self) + 1

    @property
    def minutes_left(self) -> int:
        """Minutes that this step and those after it usually take."""
        return _MINUTES_LEFT[self]


STEPS: Final = tuple(Step)
_MINUTES_LEFT: Final = {
    Step.CONTACT: 4,
    Step.PRODUCTS: 3,
    Step.BOOTH: 3,
    Step.PEOPLE: 2,
    Step.FILES: 1,
}

STEP_LABELS: Final[dict[Step, str]] = {
    Step.CONTACT: "Người liên hệ",
    Step.PRODUCTS: "Sản phẩm",
    Step.BOOTH: "Gian hàng",
    Step.PEOPLE: "Người trực",
    Step.FILES: "Ảnh và giấy tờ",
}

PAPER_LABELS: Final[dict[str, str]] = {
    "product_photo": "Ảnh sản phẩm",
    "label_photo": "Ảnh nhãn hàng hóa",
    "ocop_cert": "Giấy chứng nhận OCOP còn hạn",
    "business_reg": "Giấy đăng ký kinh doanh",
    "attp": "Giấy chứng nhận an toàn thực phẩm",
    "attp_commit": "Bản cam kết an toàn thực phẩm",
    "product_decl": "Bản tự công bố sản phẩm",
    "test_result": "Phiếu kiểm nghiệm",
    "gap_cert": "Giấy chứng nhận VietGAP, GlobalGAP, hữu cơ",
    "alcohol_licence": "Giấy phép rượu",
    "authorization": "Giấy ủy quyền",
    "signed_form": "Phiếu đăng ký có ký tên, đóng dấu",
    "other": "Giấy tờ khác",
}

# What an officer can point at when returning an application: (step, field) of a fix.
FIELD_LABELS: Final[dict[Step, dict[str, str]]] = {
    Step.CONTACT: {
        "name": "Họ và tên người liên hệ",
        "phone": "Số điện thoại di động",
        "email": "Thư điện tử",
    },
    Step.PRODUCTS: {
        "product": "Sản phẩm mang đến",
        "other1": "Sản phẩm khác",
        "description": "Giới thiệu ngắn",
    },
    Step.BOOTH: {
        "booths": "Số gian hàng",
        "wish1": "Nơi muốn đặt gian hàng",
        "fascia": "Tên ghi trên bảng gian hàng",
        "power": "Điện cần dùng",
        "water": "Nước",
        "cooling": "Tủ mát, tủ đông",
        "cooking": "Đun nấu tại gian hàng",
        "note": "Yêu cầu khác",
    },
    Step.PEOPLE: {"name1": "Người trực gian hàng"},
    Step.FILES: PAPER_LABELS,
}


def next_step(step: Step) -> Step | None:
    """Return the step after this one, or None after the last."""
    return STEPS[step.number] if step.number < len(STEPS) else None


def field_label(step: str, field: str) -> str:
    """Return the words for a field that a fix names; its own name when it is unknown."""
    try:
        labels = FIELD_LABELS[Step(step)]
    except ValueError:
        return field
    if field in labels:
        return labels[field]
    return labels.get(f"{field.rstrip('0123456789')}1", field)
