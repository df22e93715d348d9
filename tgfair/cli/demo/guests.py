"""Who is not in the register: twelve delegations of neighbouring provinces, forty-four others."""

from __future__ import annotations

from datetime import datetime

from tgfair.cli.demo.stage import CLERK
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.services.exhibitors import ExhibitorData, create_exhibitor

PROVINCES = (
    "An Giang",
    "Bến Tre",
    "Bạc Liêu",
    "Cà Mau",
    "Cần Thơ",
    "Hậu Giang",
    "Kiên Giang",
    "Long An",
    "Sóc Trăng",
    "Trà Vinh",
    "Vĩnh Long",
    "Tây Ninh",
)
OTHERS = 44
_KINDS = (
    (ExhibitorKind.HOUSEHOLD_BUSINESS, "Hộ kinh doanh"),
    (ExhibitorKind.PRODUCER_HOUSEHOLD, "Cơ sở sản xuất"),
    (ExhibitorKind.COMPANY, "Công ty TNHH"),
    (ExhibitorKind.COOPERATIVE, "Hợp tác xã"),
)
_PLACES = ("Rạch Gầm", "Cồn Phụng", "Bến Chùa", "Ngã Sáu", "Giồng Dứa", "Kinh Tàu", "Cây Trâm")
_COMMUNES = ("28594", "28360", "28519", "28261")
_THINGS = ("Bánh Tét", "Trái Cây Sấy", "Mứt Dừa", "Khô Cá", "Chiếu Cói", "Trà Sen", "Rượu Mận")
# What each of the things above is: product group, name on the table.
PRODUCTS = (
    ("food", "Bánh tét lá cẩm"),
    ("food", "Mít sấy giòn"),
    ("food", "Mứt dừa non"),
    ("food", "Khô cá lóc"),
    ("craft", "Chiếu cói hoa"),
    ("drink", "Trà sen"),
    ("drink", "Rượu mận"),
)


def delegations(*, now: datetime) -> list[str]:
    """Add the delegations; return their public ids."""
    return [
        create_exhibitor(
            CLERK,
            ExhibitorData(
                name=f"Đoàn tỉnh {province}",
                kind=ExhibitorKind.PROVINCE_DELEGATION,
                representative="Trưởng đoàn",
                phones=f"0900 000 {300 + number}",
                email=f"doan{number}@example.org",
            ),
            key="",
            now=now,
        )
        for number, province in enumerate(PROVINCES)
    ]


def others(*, now: datetime) -> list[str]:
    """Add those who came by open registration; return their public ids."""
    return [_other(number, now=now) for number in range(OTHERS)]


def _other(number: int, *, now: datetime) -> str:
    kind, word = _KINDS[number % len(_KINDS)]
    thing = _THINGS[number % len(_THINGS)]
    place = _PLACES[(number // len(_THINGS)) % len(_PLACES)]
    data = ExhibitorData(
        name=f"{word} {thing} {place}",
        kind=kind,
        representative=f"Trần Văn {place.split()[-1]}",
        phones=f"0900 000 {400 + number}",
        email="" if number % 3 == 0 else f"coso{number}@example.org",
        unit_new=_COMMUNES[number % len(_COMMUNES)],
    )
    return create_exhibitor(CLERK, data, key="", now=now)
