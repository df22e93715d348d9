"""The board of applications: light lines of a whole fair, filtered, counted and paged.

A fair has at most about a thousand applications. Their lines are read with a fixed number of
queries and filtered here, since missing papers and expiring certificates are rules, not columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tgfair.core.application.model import OfferedProduct
from tgfair.core.application.papers import missing_papers, wanted_papers
from tgfair.core.calendar_text import VIETNAM
from tgfair.core.review import ProductFacts, Twin, certificate_problem
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import FINAL, State
from tgfair.models.account import User
from tgfair.models.application import Application, ApplicationProduct
from tgfair.models.attachment import Attachment
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, can, visible_to
from tgfair.services.queries.twins import twins_of
from tgfair.services.uow import reader

NOBODY = "chua"
MINE = "toi"


@dataclass(frozen=True)
class Line:
    """One application on the board."""

    id: int
    code: str
    version: int
    state: State
    exhibitor_id: int
    name: str
    search: str
    unit: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    wishes: tuple[str, ...]
    booths_wanted: int
    needs: str
    submitted_at: datetime | None
    reviewer_id: int | None
    reviewer: str | None
    staff_note: str | None
    products: tuple[ProductFacts, ...]
    stars: tuple[int, ...]
    missing: tuple[str, ...]
    certificate: str
    twins: tuple[Twin, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Product groups, each once."""
        return tuple(dict.fromkeys(one.group for one in self.products if one.group))


@dataclass(frozen=True)
class Filter:
    """What of the board is wanted; an empty text wants everything."""

    state: str = ""
    group: str = ""
    stars: str = ""
    commune: str = ""
    papers: str = ""
    certificate: str = ""
    twins: str = ""
    reviewer: str = ""
    zone: str = ""
    since: date | None = None
    until: date | None = None
    q: str = ""


@dataclass(frozen=True)
class Board:
    """The lines that were wanted, and counts for the chips (the chip's own filter left out)."""

    lines: tuple[Line, ...]
    total: int
    states: dict[State, int]
    missing: int
    twins: int
    mine: int
    communes: tuple[str, ...]
    reviewers: tuple[tuple[int, str], ...]

    def neighbours(self, code: str) -> tuple[str, str]:
        """Return the codes before and after one; empty where there is none."""
        codes = [line.code for line in self.lines]
        if code not in codes:
            return "", codes[0] if codes else ""
        place = codes.index(code)
        return (
            codes[place - 1] if place else "",
            codes[place + 1] if place + 1 < len(codes) else "",
        )


def board(actor: Actor, fair: Fair, wanted: Filter) -> Board:
    """Return the applications of a fair that the actor may know of, as wanted; oldest first."""
    every = _lines(reader(), actor, fair)
    here = _Wanted(wanted, actor)
    but_chips = [line for line in every if here.fits(line, chips=False)]
    lines = [line for line in but_chips if here.fits_chips(line)]
    states: dict[State, int] = defaultdict(int)
    for line in but_chips:
        states[line.state] += 1
    live = [line for line in but_chips if line.state not in FINAL | {State.DRAFT}]
    return Board(
        lines=tuple(lines),
        total=len(but_chips),
        states=dict(states),
        missing=sum(bool(line.missing) for line in live),
        twins=sum(bool(line.twins) for line in live),
        mine=sum(line.reviewer_id == actor.user_id for line in live if actor.user_id),
        communes=tuple({line.unit for line in every if line.unit}),
        reviewers=tuple(
            sorted(
                {
                    (line.reviewer_id, line.reviewer)
                    for line in every
                    if line.reviewer_id and line.reviewer
                }
            )
        ),
    )


@dataclass
class _Wanted:
    filter: Filter
    actor: Actor
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = fold(self.filter.q).split()

    def fits(self, line: Line, *, chips: bool = True) -> bool:
        wanted = self.filter
        return (
            (not chips or self.fits_chips(line))
            and (not wanted.group or wanted.group in line.groups)
            and (not wanted.stars or wanted.stars in {str(one) for one in line.stars})
            and (not wanted.commune or wanted.commune == line.unit)
            and (not wanted.zone or wanted.zone in line.wishes)
            and self._fits_certificate(line)
            and self._fits_days(line)
            and all(word in line.search for word in self.words)
        )

    def fits_chips(self, line: Line) -> bool:
        wanted = self.filter
        live = line.state not in FINAL | {State.DRAFT}
        return (
            (not wanted.state or wanted.state == line.state)
            and (not wanted.papers or (live and bool(line.missing) == (wanted.papers == "thieu")))
            and (not wanted.twins or (live and bool(line.twins)))
            and self._fits_reviewer(line)
        )

    def _fits_reviewer(self, line: Line) -> bool:
        who = self.filter.reviewer
        if not who:
            return True
        if who == NOBODY:
            return line.reviewer_id is None
        if who == MINE:
            return line.reviewer_id is not None and line.reviewer_id == self.actor.user_id
        return str(line.reviewer_id) == who

    def _fits_certificate(self, line: Line) -> bool:
        kind = self.filter.certificate
        if not kind:
            return True
        return bool(line.certificate) if kind == "loi" else line.certificate == kind

    def _fits_days(self, line: Line) -> bool:
        since, until = self.filter.since, self.filter.until
        if since is None and until is None:
            return True
        if line.submitted_at is None:
            return False
        day = line.submitted_at.astimezone(VIETNAM).date()
        return (since is None or day >= since) and (until is None or day <= until)


def _lines(session: Session, actor: Actor, fair: Fair) -> list[Line]:
    rows = _rows(session, actor, fair)
    products = _products(session, fair)
    papers = _papers(session, fair)
    twins: dict[int, list[Twin]] = {}
    if can(actor, Action.REVIEW_APPLICATION, fair):
        twins = twins_of(session, fair, rows)
    return [_line(fair, row, products[row.id], papers[row.id], twins.get(row.id)) for row in rows]


def _rows(session: Session, actor: Actor, fair: Fair) -> Sequence[Any]:
    officer = aliased(User)
    one = Application
    statement = (
        select(
            one.id,
            one.code,
            one.version,
            one.state,
            one.exhibitor_id,
            Exhibitor.name,
            Exhibitor.search_fold,
            Exhibitor.unit_new,
            one.contact_name,
            one.contact_phone,
            one.contact_email,
            one.wishes,
            one.booths_wanted,
            one.power_w,
            one.water,
            one.cooling,
            one.cooking,
            one.submitted_at,
            one.reviewer_id,
            one.staff_note,
            officer.name.label("reviewer"),
        )
        .join(Exhibitor, Exhibitor.id == one.exhibitor_id)
        .outerjoin(officer, officer.id == one.reviewer_id)
        .where(one.fair_id == fair.id, visible_to(actor, Application))
        .order_by(one.submitted_at.is_(None), one.submitted_at, one.id)
    )
    return session.execute(statement).all()


def _products(session: Session, fair: Fair) -> dict[int, list[Any]]:
    one = ApplicationProduct
    statement = (
        select(
            one.application_id,
            one.product_id,
            one.name,
            one.group,
            one.stars,
            one.certificate_state,
            one.expires_on,
        )
        .join(Application, Application.id == one.application_id)
        .where(Application.fair_id == fair.id)
        .order_by(one.id)
    )
    return _by_application(session.execute(statement).all())


def _papers(session: Session, fair: Fair) -> dict[int, list[Any]]:
    statement = (
        select(Attachment.application_id, Attachment.kind)
        .join(Application, Application.id == Attachment.application_id)
        .where(Application.fair_id == fair.id)
    )
    return _by_application(session.execute(statement).all())


def _by_application(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.application_id].append(row)
    return found


def _line(
    fair: Fair,
    row: Any,
    products: Sequence[Any],
    papers: Sequence[Any],
    twins: Sequence[Twin] | None,
) -> Line:
    facts = tuple(
        ProductFacts(one.name, one.group, one.certificate_state, one.expires_on) for one in products
    )
    return Line(
        id=row.id,
        code=row.code,
        version=row.version,
        state=row.state,
        exhibitor_id=row.exhibitor_id,
        name=row.name,
        search=f"{row.search_fold} {fold(row.name)} {row.code.casefold()}",
        unit=row.unit_new,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        contact_email=row.contact_email,
        wishes=tuple(row.wishes),
        booths_wanted=row.booths_wanted,
        needs=needs_words(row),
        submitted_at=row.submitted_at,
        reviewer_id=row.reviewer_id,
        reviewer=row.reviewer,
        staff_note=row.staff_note,
        products=facts,
        stars=tuple(sorted({one.stars for one in products if one.stars}, reverse=True)),
        missing=papers_missing(fair, products, {one.kind for one in papers}),
        certificate=certificate_problem(facts, fair.last_day),
        twins=tuple(twins or ()),
    )


def needs_words(row: Any) -> str:
    """Return what an application needs at its booth, in a few words."""
    words = [f"điện {row.power_w} W"] if row.power_w else []
    named = ((row.water, "nước"), (row.cooling, "tủ mát"), (row.cooking, "đun nấu"))
    return ", ".join(words + [word for wanted, word in named if wanted])


def papers_missing(fair: Fair, products: Iterable[Any], kinds: set[str]) -> tuple[str, ...]:
    """Return the labels of wanted papers that did not come; `products` as they were sent."""
    chosen = [
        OfferedProduct(
            key=str(one.product_id),
            name=one.name,
            expires_on=one.expires_on,
            revoked=one.certificate_state == "revoked",
            certified=one.certificate_state != "none",
        )
        for one in products
        if one.product_id is not None
    ]
    wanted = wanted_papers(fair.texts, chosen, fair.last_day)
    return tuple(paper.label for paper in missing_papers(wanted, kinds))
