"""The fair on the square: 168 applications, 150 booths of which 10 stay free (domain.md, 10)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tgfair.cli.demo import guests
from tgfair.cli.demo.pictures import picture
from tgfair.cli.demo.stage import CLERK, FAIR_ENDS, FAIR_FIRST_PLANNED, FAIR_OPENS, YEAR, at, holder
from tgfair.core.application.check import MAX_FASCIA
from tgfair.core.application.steps import Step
from tgfair.core.decision import FixRequest
from tgfair.core.workflow import State
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.policy import Actor
from tgfair.services import applications, fairs, invitations, reviews
from tgfair.services.attachments import Upload, add_attachment
from tgfair.services.booth_rules import set_booth_rules, typed_rules
from tgfair.services.fair_dates import change_dates
from tgfair.services.fair_status import set_fair_status
from tgfair.services.fair_templates import TEMPLATES
from tgfair.services.fairs import FairData, Start
from tgfair.services.queries import demo_story as reading
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.submissions import submit_application, withdraw_application

SLUG = "doan-ngo"
CREATED = FAIR_OPENS - timedelta(days=60)
MOVED = CREATED + timedelta(days=7)
INVITED = FAIR_OPENS - timedelta(days=40)
OPENED = FAIR_OPENS - timedelta(days=35)
DECIDED = FAIR_OPENS - timedelta(days=14)
# Every fourth application came with photos.
PHOTOGRAPHED = 4
FROM_REGISTER, LATE_FROM = 112, 60
# How the 168 end: the rest, 128, are approved.
DRAFTS, RETURNED, RESENT, WITHDRAWN, WAITLISTED, REJECTED = 5, 4, 3, 8, 11, 9
REJECTIONS = (
    ("cert_expired", 4, "Giấy chứng nhận hết hạn trước ngày bế mạc"),
    ("out_of_scope", 3, "Hàng không thuộc phạm vi hội chợ"),
    ("duplicate", 2, "Đã có hồ sơ khác của cùng cơ sở"),
)
ZONE_OF = {
    "food": "A",
    "drink": "E",
    "herbal": "C",
    "craft": "C",
    "ornamental": "B",
    "tourism": "C",
}

# The booths for cooking are for what is eaten and drunk there.
COOKED = {"food": ("food", "drink")}


def create() -> Fair:
    """Create the fair as first announced, then move it to its real days."""
    template = TEMPLATES["hoi-cho"]
    data = FairData(
        name=f"Hội chợ OCOP và trái cây Tết Đoan Ngọ {YEAR}",
        code="TGF27",
        slug=SLUG,
        kind=template.kind,
        intake=template.intake,
        theme="Trái ngon Tết Đoan Ngọ, sản vật mỗi xã",
        venue="Quảng trường Hùng Vương, Mỹ Tho",
        venue_address="Phường Đạo Thạnh, tỉnh Đồng Tháp",
        timetable=template.propose(
            FAIR_FIRST_PLANNED, FAIR_FIRST_PLANNED + (FAIR_ENDS - FAIR_OPENS), today=CREATED
        ),
        opens=template.opens,
        daily_hours=template.daily_hours,
        max_booths=template.max_booths,
        max_staff=template.max_staff,
        hotline="0900 000 002",
        hotline_name="Cô Hạnh",
    )
    fairs.create_fair(CLERK, data, Start(template="hoi-cho", plan=template.plan), now=at(CREATED))
    fair = fair_for_staff(CLERK, SLUG)
    rules = replace(typed_rules(CLERK, fair.id), kind_groups=COOKED)
    set_booth_rules(CLERK, fair.id, rules, seen_version=fair.version, now=at(CREATED, 9))
    fair = fair_for_staff(CLERK, SLUG)
    set_fair_status(CLERK, fair.id, FairStatus.OPEN, seen_version=fair.version, now=at(CREATED, 10))
    fair = fair_for_staff(CLERK, SLUG)
    change_dates(
        CLERK,
        fair.id,
        FAIR_OPENS,
        FAIR_ENDS,
        reason="Dời sớm một tuần cho đúng Tết Đoan Ngọ",
        seen_version=fair.version,
        now=at(MOVED),
    )
    return fair_for_staff(CLERK, SLUG)


def invite(fair: Fair, subjects: list[Exhibitor]) -> None:
    """Invite the whole register."""
    invitations.invite(CLERK, fair.id, [subject.id for subject in subjects], now=at(INVITED))


def applicants(subjects: list[Exhibitor]) -> list[Exhibitor]:
    """Return the 168: delegations, subjects of the register, others."""
    ids = guests.delegations(now=at(OPENED)) + guests.others(now=at(OPENED))
    made = [reading.exhibitor(public_id) for public_id in ids]
    delegations, others = made[: len(guests.PROVINCES)], made[len(guests.PROVINCES) :]
    # The last ones are those that get stuck on the way; they were invited, so they have a link.
    early, late = subjects[:LATE_FROM], subjects[LATE_FROM:FROM_REGISTER]
    return [*delegations, *early, *others, *late]


def apply(fair: Fair, number: int, subject: Exhibitor, *, total: int) -> None:
    """Let one subject fill in the form; the last few leave it a draft."""
    actor = holder(subject.id, subject.representative or subject.name)
    now = _sent(number)
    code = applications.start_application(actor, fair.slug, subject.public_id, now=now)
    for step, typed in _typed(number, subject):
        applications.save_step(actor, code, step, typed, seen=None, now=now)
    if number % PHOTOGRAPHED == 0 and subject.products:
        _photograph(actor, code, subject, now=now)
    if number < total - DRAFTS:
        submit_application(actor, code, consent=True, key="", now=now + timedelta(minutes=4))


def _photograph(actor: Actor, code: str, subject: Exhibitor, *, now: datetime) -> None:
    for product in subject.products[:2]:
        name = f"{product.name[:60]}.jpg"
        upload = Upload(
            "product_photo", name, picture(product.group or "food"), product=product.public_id
        )
        add_attachment(actor, code, upload, now=now)


def _sent(number: int) -> datetime:
    """Return when the subject applied: a few in the first week, many before the deadline."""
    day = min(13, int((number * 7 % 168) ** 0.5))
    return at(OPENED + timedelta(days=1 + day), 7 + number % 12, number % 60)


def _typed(number: int, subject: Exhibitor) -> Iterator[tuple[Step, dict[str, list[str]]]]:
    delegation = subject.kind == "province_delegation"
    if not subject.phone:
        contact = {
            "name": subject.representative or subject.name,
            "phone": f"0900 000 {500 + number}",
        }
        yield Step.CONTACT, {field: [value] for field, value in contact.items()}
    if subject.products:
        yield Step.PRODUCTS, {"product": [product.public_id for product in subject.products[:4]]}
        groups = {product.group or "food" for product in subject.products}
    else:
        group, name = guests.PRODUCTS[number % len(guests.PRODUCTS)]
        yield Step.PRODUCTS, {"other1": [name], "group1": [group]}
        groups = {group}
    first = ZONE_OF[min(groups)]
    twice = delegation or number in {20, 40}
    booth = {
        "booths": "2" if twice else "1",
        "wish1": "D" if delegation else first,
        "wish2": "B" if first != "B" else "A",
        "fascia": _fascia(subject.name),
        "power": "500" if number % 4 == 0 else "",
    }
    yield Step.BOOTH, {field: [value] for field, value in booth.items() if value}
    yield (
        Step.PEOPLE,
        {"name1": [subject.representative or "Nguyễn Thị Lan"], "name2": ["Lê Văn Út"]},
    )


def _fascia(name: str) -> str:
    """Return what of a name fits the sign, in whole words."""
    return textwrap.shorten(name, MAX_FASCIA, placeholder="")


def decide(fair: Fair) -> None:
    """Review everything: return, waitlist, refuse, let some withdraw, approve the rest."""
    sent = reading.codes(fair.id, State.SUBMITTED)
    plain = sent[len(guests.PROVINCES) :]  # delegations are approved
    taken = iter(reversed(plain))
    now = at(DECIDED)
    _give_back([next(taken) for _ in range(RETURNED)], now=now)
    resent = [next(taken) for _ in range(RESENT)]
    for code in [next(taken) for _ in range(WITHDRAWN)]:
        withdraw_application(CLERK, code, reason="Bận mùa vụ", now=now)
    for code in [next(taken) for _ in range(WAITLISTED)]:
        reviews.waitlist(CLERK, code, reason="", seen_version=reading.version(code), now=now)
    for kind, count, words in REJECTIONS:
        for code in [next(taken) for _ in range(count)]:
            reviews.reject(
                CLERK, code, kind=kind, text=words, seen_version=reading.version(code), now=now
            )
    waiting = set(resent)
    for code in reading.codes(fair.id, State.SUBMITTED):
        if code not in waiting:
            reviews.approve(CLERK, code, seen_version=reading.version(code), now=now)


def _give_back(codes: list[str], *, now: datetime) -> None:
    fixes = (
        FixRequest("files", "product_photo", "Ảnh sản phẩm mờ, hãy chụp lại ngoài trời"),
        FixRequest("booth", "fascia", "Tên trên bảng quá dài, hãy rút gọn"),
    )
    for code in codes:
        reviews.return_for_fixes(
            CLERK,
            code,
            fixes=fixes,
            until=now + timedelta(days=5),
            seen_version=reading.version(code),
            now=now,
        )
