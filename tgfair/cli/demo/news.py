"""The bulletin and the timetable of the demo: what producers read, what tells them by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from tgfair.cli.demo.stage import CLERK, FAIR_ENDS
from tgfair.models.bulletin import Area, BulletinKind
from tgfair.models.fair import Fair
from tgfair.services import bulletins, notices
from tgfair.services.bulletin_answers import AnswerData, answer_bulletin
from tgfair.services.bulletins import BulletinData
from tgfair.services.queries import demo_story as reading

PLACES: Final = 4


def announce(now: datetime) -> None:
    """Post a fair elsewhere, a class that is full, and a meeting."""
    day = FAIR_ENDS
    items = (
        _fair_elsewhere(day + timedelta(days=30)),
        _training(day + timedelta(days=12)),
        BulletinData(
            BulletinKind.MEETING,
            "Họp kết nối cung cầu với siêu thị",
            "Hội trường Sở Công Thương (giả định)",
            Area.PROVINCE,
            day + timedelta(days=20),
            day + timedelta(days=20),
            hours="08:00–11:00",
            costs="Miễn phí",
            places=60,
        ),
    )
    names = [bulletins.save_bulletin(CLERK, item, now=now) for item in items]
    for name in names:
        bulletins.publish_bulletin(CLERK, name, now=now)
    subjects = list(reading.register())
    for subject in subjects[: PLACES + 2]:
        person = AnswerData(subject.representative or "Nguyễn Thị Lan")
        answer_bulletin(CLERK, names[1], subject.public_id, person, now=now)
    for subject in subjects[10:16]:
        person = AnswerData(subject.representative or "Lê Văn Út")
        answer_bulletin(CLERK, names[0], subject.public_id, person, now=now)


def _fair_elsewhere(day: date) -> BulletinData:
    return BulletinData(
        BulletinKind.FAIR,
        "Hội chợ đặc sản vùng miền (giả định)",
        "Trung tâm triển lãm, Cần Thơ",
        Area.REGION,
        day,
        day + timedelta(days=4),
        organiser="Trung tâm Xúc tiến thương mại",
        answer_until=day - timedelta(days=15),
        costs="Tỉnh hỗ trợ gian hàng và vận chuyển; cơ sở tự lo ăn ở",
        groups=("food", "drink"),
        text="Mỗi cơ sở một gian 9 m². Ưu tiên sản phẩm từ 4 sao.",
        contact_name="Cô Hạnh",
        contact_phone="0900 000 002",
    )


def _training(day: date) -> BulletinData:
    return BulletinData(
        BulletinKind.CLASS,
        "Lớp tập huấn bán hàng trực tuyến",
        "Phường Mỹ Tho, tỉnh Đồng Tháp",
        Area.PROVINCE,
        day,
        day + timedelta(days=1),
        hours="07:30–16:30",
        answer_until=day - timedelta(days=3),
        costs="Miễn phí, cơ sở tự lo đi lại",
        places=PLACES,
    )


def remind(fair: Fair, now: datetime) -> None:
    """Put the usual reminders on the fair's timetable."""
    notices.add_usual(CLERK, fair.id, now=now)
