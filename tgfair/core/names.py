"""Vietnamese names of product groups, kinds of exhibitor and sizes of vehicles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

GROUP_NAMES: Final = {
    "food": "Thực phẩm",
    "drink": "Đồ uống",
    "herbal": "Dược liệu",
    "craft": "Thủ công mỹ nghệ",
    "ornamental": "Sinh vật cảnh",
    "tourism": "Du lịch cộng đồng",
}

EXHIBITOR_KIND_NAMES: Final = {
    "cooperative": "Hợp tác xã",
    "coop_union": "Liên hiệp hợp tác xã",
    "coop_group": "Tổ hợp tác",
    "company": "Doanh nghiệp",
    "household_business": "Hộ kinh doanh",
    "producer_household": "Hộ, cơ sở sản xuất",
    "farm": "Trang trại",
    "association": "Hội, hiệp hội",
    "public_unit": "Đơn vị sự nghiệp, lực lượng vũ trang",
    "province_delegation": "Đoàn tỉnh bạn",
    "other": "Khác",
}

VEHICLE_NAMES: Final = {
    "hand": "Xách tay, xe đẩy",
    "motorbike": "Xe máy, xe ba gác",
    "van": "Xe bán tải, tải đến 1,5 tấn",
    "truck": "Xe tải đến 5 tấn",
    "lorry": "Xe tải trên 5 tấn",
}


def group_names(keys: Iterable[str]) -> str:
    """Return "Thực phẩm, Đồ uống" for keys of groups, in the order in which every page has them."""
    order = [*GROUP_NAMES]
    known = sorted(keys, key=lambda key: (order.index(key) if key in order else len(order), key))
    return ", ".join(GROUP_NAMES.get(key, key) for key in known)
