"""Create and edit fairs, and write their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.allocation.rulebook import lasting_rules
from tgfair.core.anchors import OnMoon
from tgfair.core.date_change import true_anchors
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.core.phone import normalize_phone
from tgfair.core.timetable import LABELS, Timetable, TimetableProblem, check_timetable
from tgfair.core.vietnamese import check_text
from tgfair.documents.plan_file import plan_templates
from tgfair.models.application import Application
from tgfair.models.booth import PlanVersion
from tgfair.models.fair import Fair, FairKind, FairStatus, IntakeMode, Zone
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.fair_naming import code_problem, next_number, slug_problem
from tgfair.services.fair_templates import TEMPLATES, ZoneRule, sample_texts
from tgfair.services.fair_timetable import put_timetable, timetable_of
from tgfair.services.idempotency import once, remember
from tgfair.services.notices import anchors_of, keep_anchors
from tgfair.services.plans import put_plan
from tgfair.services.uow import check_seen, find, transaction
from tgfair.services.zones import put_rule, rule_of

MOST_BOOTHS, MOST_STAFF = 50, 20
COPY_PLAN = "copy"
NEEDED = ("registration_opens", "registration_closes")


class FairProblemsError(InvalidError):
    """Some fields of a fair's form cannot be used; `problems` is the whole list."""

    code = "fair_problems"

    def __init__(self, problems: list[TimetableProblem]) -> None:
        super().__init__(f"Có {len(problems)} chỗ cần sửa.", field=problems[0].field)
        self.problems = tuple(problems)


class FairRaceError(ConflictError):
    """Somebody took the same number, code or address in the same moment."""

    code = "fair_race"

    def message(self) -> str:
        """Ask to press again."""
        return "Có người vừa lập một sự kiện khác cùng lúc. Hãy bấm lại."


@dataclass(frozen=True)
class FairData:
    """A fair as its form describes it; `hotline` as typed."""

    name: str
    code: str
    slug: str
    kind: FairKind
    intake: IntakeMode
    venue: str
    timetable: Timetable
    opens: time
    theme: str = ""
    venue_address: str = ""
    daily_hours: str = ""
    max_booths: int = 4
    max_staff: int = 3
    shares_booths: bool = False
    hotline: str = ""
    hotline_name: str = ""


@dataclass(frozen=True)
class Start:
    """What a new fair starts from: a template's key or an earlier fair's id, and a plan.

    `plan` is a key of the shipped plans, "copy" for the earlier fair's, or empty for none.
    `opening` is the lunar day that the fair opens on each year.
    """

    template: str | None = None
    copy_of: int | None = None
    plan: str = ""
    opening: OnMoon | None = None


def create_fair(
    actor: Actor, data: FairData, start: Start | None = None, *, key: str = "", now: datetime
) -> str:
    """Create a fair as a draft and return its slug.

    Copying takes over the zones' rules, texts and, when asked, the plan of an earlier fair.

    Raises:
        FairProblemsError: with every field that cannot be used.
        NotFoundError: the fair to copy is missing.
        FairRaceError: somebody created another fair in the same moment.
    """
    start = start or Start()
    with transaction() as session:
        require(actor, Action.MANAGE_FAIRS)
        body = {"slug": data.slug, "name": data.name, "actor": actor.user_id}
        done = once(session, key, body, now=now)
        if done is not None:
            return str(done["slug"])
        _refuse_problems(session, data)
        source = None
        if start.copy_of is not None:
            source = find(session, Fair, Fair.id == start.copy_of, visible_to(actor, Fair))
        fair = _new(session, data, source, now=now)
        _furnish(session, actor, fair, start, source, now=now)
        record(session, actor, "fair.created", fair, now=now, fair_id=fair.id)
        remember(session, key, {"slug": fair.slug})
        return fair.slug


def _new(session: Session, data: FairData, source: Fair | None, *, now: datetime) -> Fair:
    fair = Fair(
        number=next_number(session),
        texts=dict(source.texts) if source else sample_texts(),
        booth_rules=lasting_rules(source.booth_rules) if source else {},
        status=FairStatus.DRAFT,
        created_at=now,
    )
    _write(fair, data)
    put_timetable(fair, data.timetable, opens=data.opens)
    session.add(fair)
    _flush(session)
    return fair


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise FairRaceError from error


def _furnish(
    session: Session,
    actor: Actor,
    fair: Fair,
    start: Start,
    source: Fair | None,
    *,
    now: datetime,
) -> None:
    anchors = anchors_of(source) if source else {}
    if start.opening is not None:
        anchors["opening"] = start.opening
    # Whoever chose another day by hand has let go of what it hung on.
    keep_anchors(fair, true_anchors(anchors, timetable_of(fair)))
    plan = _plan(session, start, source)
    if plan is not None:
        put_plan(session, actor, fair, plan, now=now)
    rules = TEMPLATES[start.template].zone_rules if start.template in TEMPLATES else {}
    if source is not None:
        rules = {zone.code: rule_of(zone) for zone in source.zones}
    for zone in session.scalars(select(Zone).where(Zone.fair_id == fair.id)):
        put_rule(zone, rules.get(zone.code, ZoneRule()))


def _plan(session: Session, start: Start, source: Fair | None) -> Plan | None:
    if start.plan != COPY_PLAN:
        return plan_templates().get(start.plan)
    if source is None:
        return None
    document = session.scalar(
        select(PlanVersion.document)
        .where(PlanVersion.fair_id == source.id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    return parse_plan(document) if document else None


def edit_fair(
    actor: Actor, fair_id: int, data: FairData, *, seen_version: int, now: datetime
) -> str:
    """Change a fair's data and return its slug; its days move by `fair_dates.change_dates` only.

    Raises:
        ConflictError: somebody else changed it since the page was shown, or took its names.
        FairProblemsError: with every field that cannot be used.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        check_seen(fair, seen_version)
        _refuse_problems(session, data, fair)
        _write(fair, data)
        put_timetable(fair, data.timetable, opens=data.opens)
        keep_anchors(fair, true_anchors(anchors_of(fair), data.timetable))
        _flush(session)
        record(session, actor, "fair.edited", fair, now=now, fair_id=fair.id)
        return fair.slug


def _write(fair: Fair, data: FairData) -> None:
    fair.name, fair.code, fair.slug = check_text(data.name), data.code, data.slug
    fair.kind, fair.intake = data.kind, data.intake
    fair.theme = check_text(data.theme) or None
    fair.venue = check_text(data.venue)
    fair.venue_address = check_text(data.venue_address) or None
    fair.daily_hours = check_text(data.daily_hours) or None
    fair.max_booths, fair.max_staff = data.max_booths, data.max_staff
    fair.shares_booths = data.shares_booths
    fair.hotline = normalize_phone(data.hotline) if data.hotline.strip() else None
    fair.hotline_name = check_text(data.hotline_name) or None


def _refuse_problems(session: Session, data: FairData, fair: Fair | None = None) -> None:
    problems = [
        *_naming_problems(session, data, fair),
        *_text_problems(data),
        *_number_problems(data),
        *_timetable_problems(data.timetable, fair),
    ]
    if problems:
        raise FairProblemsError(problems)


def _naming_problems(session: Session, data: FairData, fair: Fair | None) -> list[TimetableProblem]:
    own = fair.id if fair else None
    found = [
        ("code", code_problem(session, data.code, own_id=own)),
        ("slug", slug_problem(session, data.slug, own_id=own)),
    ]
    if fair is not None and data.code != fair.code and _has_applications(session, fair):
        found.append(("code", "Đã có hồ sơ mang mã này nên không đổi được mã sự kiện."))
    if fair is not None and data.slug != fair.slug and fair.status is not FairStatus.DRAFT:
        found.append(("slug", "Sự kiện đã mở: địa chỉ đã in, đã gửi nên không đổi được."))
    return [TimetableProblem(field, sentence) for field, sentence in found if sentence]


def _has_applications(session: Session, fair: Fair) -> bool:
    one = select(Application.id).where(Application.fair_id == fair.id).limit(1)
    return session.scalar(one) is not None


def _text_problems(data: FairData) -> list[TimetableProblem]:
    limits = {
        "name": (160, "Hãy ghi tên sự kiện."),
        "venue": (200, "Hãy ghi nơi tổ chức."),
        "theme": (300, ""),
        "venue_address": (300, ""),
        "daily_hours": (60, ""),
        "hotline_name": (80, ""),
    }
    problems = []
    for field, (longest, missing) in limits.items():
        text = str(getattr(data, field)).strip()
        if missing and not text:
            problems.append(TimetableProblem(field, missing))
        elif len(text) > longest:
            sentence = f"Mục này dài quá {longest} ký tự. Hãy ghi ngắn hơn."
            problems.append(TimetableProblem(field, sentence))
        else:
            problems += _refused(check_text, text, field)
    if data.hotline.strip():
        problems += _refused(normalize_phone, data.hotline, "hotline")
    return problems


def _refused(check: Callable[[str], object], text: str, field: str) -> list[TimetableProblem]:
    try:
        check(text)
    except InvalidError as error:
        return [TimetableProblem(field, error.sentence)]
    return []


def _number_problems(data: FairData) -> list[TimetableProblem]:
    return [
        TimetableProblem(field, f"Hãy ghi một số từ 1 đến {most}.")
        for field, most in (("max_booths", MOST_BOOTHS), ("max_staff", MOST_STAFF))
        if not 1 <= getattr(data, field) <= most
    ]


def _timetable_problems(timetable: Timetable, fair: Fair | None) -> list[TimetableProblem]:
    missing = [
        TimetableProblem(step, f"Hãy ghi ngày “{LABELS[step]}”.")
        for step in NEEDED
        if getattr(timetable, step) is None
    ]
    if fair is not None and (timetable.opening, timetable.closing) != (
        fair.first_day,
        fair.last_day,
    ):
        missing.append(TimetableProblem("opening", "Đổi ngày tổ chức ở mục “Đổi ngày”."))
    return missing + check_timetable(timetable)


def edit_texts(
    actor: Actor, fair_id: int, texts: dict[str, Any], *, seen_version: int, now: datetime
) -> None:
    """Replace the texts of a fair: letterhead, signer, rules, consent, wanted papers.

    Raises:
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        check_seen(fair, seen_version)
        fair.texts = {**fair.texts, **texts}
        record(session, actor, "fair.texts", fair, now=now, fair_id=fair.id, parts=sorted(texts))
