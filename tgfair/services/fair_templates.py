"""What a new fair starts from: five usual kinds of event, or an earlier fair."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from tgfair.core.application.papers import DEFAULT_WANTED
from tgfair.core.timetable import Timetable, propose_conference_timetable, propose_timetable
from tgfair.documents.letters import SAMPLE_LETTERHEAD, SAMPLE_SIGNER
from tgfair.models.fair import FairKind, IntakeMode
from tgfair.services.submissions import DEFAULT_CONSENT

SAMPLE_RULES: Final = (
    "(MẪU) Gian hàng mở cửa trong giờ quy định; chỉ bày sản phẩm đã đăng ký; giữ vệ sinh và an "
    "toàn cháy nổ; không cho thuê lại gian hàng."
)


@dataclass(frozen=True)
class ZoneRule:
    """Whom a zone takes; empty takes all."""

    groups: tuple[str, ...] = ()
    exhibitor_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class FairTemplate:
    """A usual kind of event. `plan` is a key of the shipped plans, empty for none."""

    key: str
    label: str
    hint: str
    kind: FairKind
    intake: IntakeMode
    days: int
    opens: time
    daily_hours: str
    plan: str = ""
    max_booths: int = 4
    max_staff: int = 3
    shares_booths: bool = False
    name: str = ""
    zone_rules: dict[str, ZoneRule] = field(default_factory=dict)

    def propose(self, opening: date, closing: date, *, today: date) -> Timetable:
        """Return the usual deadlines, counted back from the opening.

        Raises:
            InvalidError: the days are impossible or have passed.
        """
        if opening == closing and self.intake is IntakeMode.INVITED:
            return propose_conference_timetable(opening, today=today)
        return propose_timetable(opening, closing, today=today)


# In the square's plan zone D is for neighbouring provinces, E for food and drink.
SQUARE_RULES: Final = {
    "D": ZoneRule(exhibitor_kinds=("province_delegation",)),
    "E": ZoneRule(groups=("food", "drink")),
}

TEMPLATES: Final[dict[str, FairTemplate]] = {
    template.key: template
    for template in (
        FairTemplate(
            key="hoi-nghi",
            label="Hội nghị có trưng bày, trong hội trường",
            hint="Một ngày, theo danh sách mời, 60 bàn, hai cơ sở chung một bàn được",
            kind=FairKind.REVIEW_CONFERENCE,
            intake=IntakeMode.INVITED,
            days=1,
            opens=time(8),
            daily_hours="07:30–11:30",
            plan="hall-60",
            max_booths=1,
            max_staff=2,
            shares_booths=True,
            name="Hội nghị OCOP và trưng bày sản phẩm",
        ),
        FairTemplate(
            key="hoi-cho",
            label="Hội chợ ngoài quảng trường",
            hint="Bốn ngày, đăng ký mở và có thư mời, 150 gian trong 6 khu",
            kind=FairKind.FAIR,
            intake=IntakeMode.OPEN,
            days=4,
            opens=time(19),
            daily_hours="08:00–22:00",
            plan="square-150",
            name="Hội chợ OCOP và trái cây",
            zone_rules=SQUARE_RULES,
        ),
        FairTemplate(
            key="le-hoi",
            label="Lễ hội",
            hint="Ba ngày, đăng ký mở, sơ đồ tự lập",
            kind=FairKind.FESTIVAL,
            intake=IntakeMode.OPEN,
            days=3,
            opens=time(19),
            daily_hours="08:00–22:00",
            name="Lễ hội trái cây",
        ),
        FairTemplate(
            key="tuan-hang",
            label="Tuần hàng",
            hint="Bảy ngày, đăng ký mở, sơ đồ tự lập",
            kind=FairKind.WEEK,
            intake=IntakeMode.OPEN,
            days=7,
            opens=time(8),
            daily_hours="08:00–21:00",
            name="Tuần hàng OCOP",
        ),
        FairTemplate(
            key="tap-huan",
            label="Lớp tập huấn",
            hint="Một ngày, theo danh sách mời, không có gian hàng",
            kind=FairKind.TRAINING,
            intake=IntakeMode.INVITED,
            days=1,
            opens=time(8),
            daily_hours="07:30–17:00",
            max_booths=1,
            max_staff=2,
            name="Lớp tập huấn cho chủ thể OCOP",
        ),
    )
}
DEFAULT_TEMPLATE: Final = "hoi-cho"


def sample_texts() -> dict[str, Any]:
    """Return the texts of a new fair; whatever the organiser must replace is marked MẪU."""
    letterhead, signer = SAMPLE_LETTERHEAD, SAMPLE_SIGNER
    return {
        "letterhead": {
            "parent": letterhead.parent,
            "issuer": letterhead.issuer,
            "place": letterhead.place,
            "symbol": letterhead.symbol,
        },
        "signer": {"authority": signer.authority, "title": signer.title, "name": signer.name},
        "rules": SAMPLE_RULES,
        "consent": f"{DEFAULT_CONSENT} (MẪU)",
        "papers": list(DEFAULT_WANTED),
    }
