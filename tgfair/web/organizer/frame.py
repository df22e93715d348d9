"""The frame of a fair's staff pages: its name and the rooms one can go to."""

from __future__ import annotations

from typing import Any

from flask import request

from tgfair.models.fair import Fair
from tgfair.policy import Action, can, require
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web import guards

ROOMS: tuple[tuple[str, str, Action], ...] = (
    ("Tổng quan", "", Action.VIEW_FAIR),
    ("Giấy mời", "giay-moi", Action.INVITE),
    ("Hồ sơ", "ho-so", Action.VIEW_FAIR),
    ("Nộp hộ", "nop-ho", Action.FILE_ON_BEHALF),
    ("Sơ đồ", "so-do", Action.VIEW_FAIR),
    ("Xếp gian", "xep", Action.ASSIGN_BOOTHS),
    ("Danh sách chờ", "danh-sach-cho", Action.ASSIGN_BOOTHS),
    ("Bốc thăm", "boc-tham", Action.RUN_DRAW),
    ("Lịch", "lich", Action.EDIT_FAIR),
    ("Khung giờ", "khung-gio", Action.EDIT_FAIR),
    ("Thông báo", "thong-bao", Action.SEND_MESSAGES),
    ("Thẻ", "the", Action.MANAGE_BADGES),
    ("Cổng", "cong", Action.MANAGE_GATES),
    ("Cài đặt", "cai-dat", Action.EDIT_FAIR),
)


def fair_to_edit(slug: str) -> Fair:
    """Return a fair for a page that changes it.

    Raises:
        NotFoundError: there is none that the actor sees.
        ForbiddenError: the actor may not change it.
    """
    fair = fair_for_staff(guards.actor(), slug)
    require(guards.actor(), Action.EDIT_FAIR, fair)
    return fair


def fair_frame(fair: Fair) -> dict[str, Any]:
    """Return the template variables of the frame; rooms the actor may not enter are left out."""
    room = request.path.removeprefix(f"/ql/{fair.slug}").strip("/").partition("/")[0]
    return {
        "fair": fair,
        "fair_title": fair.name,
        "fair_nav": [
            {
                "label": label,
                "url": f"/ql/{fair.slug}/{path}",
                "current": room == path,
            }
            for label, path, action in ROOMS
            if can(guards.actor(), action, fair)
        ],
    }
