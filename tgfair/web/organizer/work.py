"""Words and addresses of the work that waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tgfair.models.fair import Fair
from tgfair.services.queries.today import FairWork, Need

# What to say, where to do it, and how it looks.
NEEDS: dict[Need, tuple[str, str, str]] = {
    Need.REVIEW: ("hồ sơ chờ xét", "ho-so?tt=submitted", ""),
    Need.OVERDUE: ("hồ sơ quá hạn bổ sung", "ho-so?tt=changes_requested", "warn"),
    Need.PLACE: ("hồ sơ đã duyệt chưa có gian", "xep", ""),
    Need.UNCONFIRMED: (
        "gian chưa xác nhận, sắp hoặc đã hết hạn",
        "ho-so?tt=allocated",
        "warn",
    ),
    Need.PROPOSALS: ("thư chờ bấm gửi", "thong-bao?muc=cho-bam", ""),
    Need.DEAD: ("thư không gửi được", "thong-bao?muc=khong-gui", "bad"),
    Need.CALLS: ("cơ sở cần gọi điện, nhắn Zalo", "thong-bao?muc=goi", ""),
    Need.CLOSE: ("sự kiện đã qua ngày, chưa bấm kết thúc", "cai-dat/trang-thai?den=ended", ""),
}


@dataclass(frozen=True)
class WorkItem:
    """One line of work: how many, of what, and where to do it."""

    fair: Fair
    value: int
    label: str
    url: str
    tone: str


def work_items(work: Iterable[FairWork]) -> list[WorkItem]:
    """Return the lines of the page, fair by fair."""
    return [
        WorkItem(
            one.fair, count, NEEDS[need][0], f"/ql/{one.fair.slug}/{NEEDS[need][1]}", NEEDS[need][2]
        )
        for one in work
        for need, count in one.needs
    ]
