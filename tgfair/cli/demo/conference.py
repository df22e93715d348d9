"""The review conference: 140 invited, 118 come, 9 do not, 13 are silent; 60 tables."""

from __future__ import annotations

from datetime import timedelta

from tgfair.cli.demo.stage import CLERK, CONFERENCE_DAY, at, holder
from tgfair.core.decision import Decision
from tgfair.core.workflow import Event, State
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.policy import ANONYMOUS
from tgfair.services import allocations, fairs, invitations, publications, reviews, rsvp
from tgfair.services.fair_status import set_fair_status
from tgfair.services.fair_templates import TEMPLATES
from tgfair.services.fairs import FairData, Start
from tgfair.services.personal_links import open_by_link
from tgfair.services.queries import demo_story as reading
from tgfair.services.queries.allocation import candidates
from tgfair.services.queries.booths import live_booths
from tgfair.services.queries.demo_story import codes
from tgfair.services.queries.fairs import fair_for_staff

SLUG = "hoi-nghi-ocop"
DECLINE, SILENT, ONLY_ATTEND = 9, 13, 6
CREATED = CONFERENCE_DAY - timedelta(days=40)
INVITED = CONFERENCE_DAY - timedelta(days=36)
ANSWERED = CONFERENCE_DAY - timedelta(days=30)
DECIDED = CONFERENCE_DAY - timedelta(days=14)


def create() -> Fair:
    """Create and open the conference with its hall."""
    template = TEMPLATES["hoi-nghi"]
    created = at(CREATED)
    data = FairData(
        name="Hội nghị sơ kết chương trình OCOP và trưng bày sản phẩm",
        code="HN27",
        slug=SLUG,
        kind=template.kind,
        intake=template.intake,
        venue="Hội trường tỉnh (giả định)",
        venue_address="Phường Mỹ Tho, tỉnh Đồng Tháp",
        timetable=template.propose(CONFERENCE_DAY, CONFERENCE_DAY, today=CREATED),
        opens=template.opens,
        daily_hours=template.daily_hours,
        max_booths=template.max_booths,
        max_staff=template.max_staff,
        shares_booths=template.shares_booths,
        hotline="0900 000 001",
        hotline_name="Cô Hạnh",
    )
    fairs.create_fair(CLERK, data, Start(template="hoi-nghi", plan=template.plan), now=created)
    fair = fair_for_staff(CLERK, SLUG)
    set_fair_status(CLERK, fair.id, FairStatus.OPEN, seen_version=fair.version, now=created)
    return fair_for_staff(CLERK, SLUG)


def invite(fair: Fair, subjects: list[Exhibitor]) -> None:
    """Invite the whole register in one action."""
    invitations.invite(CLERK, fair.id, [subject.id for subject in subjects], now=at(INVITED))


def answer(fair: Fair, number: int, subject: Exhibitor) -> None:
    """Let the subject with this number answer, or stay silent."""
    if number < SILENT:
        if number % 3 == 0:
            _look(fair, subject)
        return
    kind = "yes"
    if number < SILENT + DECLINE:
        kind = "no"
    elif number < SILENT + DECLINE + ONLY_ATTEND:
        kind = "attend_only"
    products = tuple(str(product.public_id) for product in subject.products[:3])
    form = rsvp.RsvpForm(
        answer=kind,
        headcount="0" if kind == "no" else str(1 + number % 3),
        products=products if kind == "yes" else (),
        note="",
    )
    actor = holder(subject.id, subject.representative or subject.name)
    rsvp.answer_invitation(
        actor,
        fair.slug,
        subject.public_id,
        form,
        key="",
        now=at(ANSWERED + timedelta(days=number % 9), 8 + number % 9),
    )


def _look(fair: Fair, subject: Exhibitor) -> None:
    """Let the subject open its letter and put it aside."""
    open_by_link(
        ANONYMOUS,
        reading.link_token(fair.id, subject.id),
        user_agent="demo",
        now=at(ANSWERED, 20),
    )


def seat(fair: Fair) -> None:
    """Approve everybody who displays, give out the tables, two to a table, and publish."""
    now = at(DECIDED)
    seen: dict[str, int | None] = dict.fromkeys(codes(fair.id, State.SUBMITTED))
    reviews.bulk_decide(CLERK, fair.id, seen, Decision(Event.APPROVE), dry_run=False, now=now)
    tables = [booth.label for booth in live_booths(fair.id)]
    for number, candidate in enumerate(candidates(CLERK, fair)):
        label = tables[number % len(tables)]
        allocations.assign_booth(
            CLERK, fair.id, label, candidate.code, reason="Xếp hai cơ sở chung một bàn", now=now
        )
    publications.publish(CLERK, fair.id, note=None, now=now)
