"""Everybody who wants booths at one fair, as random acts through the services.

Each act is an ordinary one: it succeeds, or is refused in words. What ends otherwise is a fault.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
)
from tgfair.core.draw.sources import SourceKind
from tgfair.core.waitlist import Rule
from tgfair.core.workflow import FINAL, State
from tgfair.models import (
    Application,
    Assignment,
    AssignmentSource,
    AssignmentState,
    Booth,
    BoothGiving,
    Draw,
    DrawMode,
    DrawState,
    Fair,
    Role,
    Zone,
)
from tgfair.models.assignment import OCCUPYING
from tgfair.policy import SYSTEM, Actor
from tgfair.services import (
    allocations,
    booth_answers,
    draw_numbers,
    draws,
    giving,
    holds,
    publications,
    submissions,
    waitlist_jumps,
    waitlist_rounds,
    waitlists,
)
from tgfair.services.uow import reader, transaction

HOLD_MINUTES = 5
PEOPLE = 30
LOTS = "07 45 12 93 21 60"


@dataclass(frozen=True)
class Square:
    """The fair they quarrel about."""

    fair_id: int
    labels: tuple[str, ...]
    officers: tuple[Actor, Actor]


@dataclass(frozen=True)
class Person:
    """An application, and who acts for it."""

    code: str
    actor: Actor


def build(booths: int) -> Square:
    """Make a fair with few booths in two zones, and many who want one."""
    fair = make_fair(
        giving=BoothGiving.FIRST_COME, hold_minutes=HOLD_MINUTES, offer_hours=1, offers_on=True
    )
    install_plan(fair)
    with transaction() as session:
        kept = [
            row
            for zone in ("A", "B")
            for row in session.scalars(
                select(Booth)
                .join(Zone)
                .where(Booth.fair_id == fair.id, Zone.code == zone)
                .order_by(Booth.label)
                .limit(booths // 2)
            )
        ]
        for row in kept:
            row.blocked_reason = None
        labels = tuple(row.label for row in kept)
        session.flush()
        session.execute(delete(Booth).where(Booth.fair_id == fair.id, Booth.label.not_in(labels)))
    officers = [actor_of(make_user(Role.ORGANISER)) for _ in range(2)]
    chance = random.Random(booths)  # noqa: S311 -- a test's choice
    for _ in range(PEOPLE):
        come(fair.id, chance)
    return Square(fair.id, labels, (officers[0], officers[1]))


def come(fair_id: int, chance: random.Random) -> None:
    """Let somebody new be approved or put on the waiting list by the reviewers."""
    state = chance.choice((State.APPROVED, State.APPROVED, State.WAITLISTED))
    application = make_application(
        _Id(fair_id),  # type: ignore[arg-type]  # -- only its id and code are looked at
        make_exhibitor(f"Cơ sở {chance.getrandbits(60):x}", phone=None, email=None),
        state,
        code=f"X-{chance.getrandbits(60):015x}",
        booths_wanted=chance.choice((1, 1, 2)),
        wishes=chance.choice((["A"], ["B"], ["A", "B"], [])),
    )
    if state is State.WAITLISTED:
        waitlists.enter_waitlist(SYSTEM, application.code, now=NOW)


@dataclass(frozen=True)
class _Id:
    id: int
    code: str = "X"


class Rival:
    """One process's share of the quarrel."""

    def __init__(self, square: Square, seed: int, clock: Callable[[], datetime]) -> None:
        self.square, self.clock = square, clock
        self.chance = random.Random(seed)  # noqa: S311 -- a test's choice
        weights = {
            self.hold: 24,
            self.take: 8,
            self.let_go: 2,
            self.expire: 4,
            self.assign: 10,
            self.release: 9,
            self.move: 5,
            self.swap: 6,
            self.block: 1,
            self.publish: 3,
            self.accept_booth: 4,
            self.withdraw: 3,
            self.enter: 3,
            self.leave: 1,
            self.jump: 1,
            self.offer: 2,
            self.accept: 6,
            self.decline: 2,
            self.call_back: 1,
            self.rules: 2,
            self.draw: 1,
        }
        self.acts = random.Random.choices, list(weights), list(weights.values())

    def act(self) -> str:
        """Do one random thing and return its name; a refusal is raised."""
        choose, acts, weights = self.acts
        act = choose(self.chance, acts, weights)[0]
        act()
        return str(act.__name__)

    def _label(self) -> str:
        return self.chance.choice(self.square.labels)

    def _anybody(self) -> Person:
        rows = reader().execute(
            select(Application.code, Application.exhibitor_id)
            .where(
                Application.fair_id == self.square.fair_id,
                Application.state.not_in([*FINAL, State.SUBMITTED]),
            )
            .order_by(Application.id)
        )
        code, exhibitor_id = self.chance.choice(rows.all())
        return Person(code, Actor(label="Chủ cơ sở", owns=frozenset({exhibitor_id})))

    def _concerned(self, held: AssignmentSource) -> Person:
        """Mostly somebody with a hold or an offer, who has something to answer."""
        rows = (
            reader()
            .execute(
                select(Application.code, Application.exhibitor_id)
                .join(Assignment)
                .where(Assignment.state == AssignmentState.HELD, Assignment.source == held)
                .order_by(Application.id)
            )
            .all()
        )
        if not rows or self.chance.random() < 0.1:
            return self._anybody()
        code, exhibitor_id = self.chance.choice(rows)
        return Person(code, Actor(label="Chủ cơ sở", owns=frozenset({exhibitor_id})))

    def _without(self) -> Person:
        """Mostly somebody who has no booth."""
        rows = (
            reader()
            .execute(
                select(Application.code, Application.exhibitor_id)
                .where(
                    Application.state == State.APPROVED,
                    Application.id.not_in(
                        select(Assignment.application_id).where(Assignment.state.in_(OCCUPYING))
                    ),
                )
                .order_by(Application.id)
            )
            .all()
        )
        if not rows or self.chance.random() < 0.2:
            return self._anybody()
        code, exhibitor_id = self.chance.choice(rows)
        return Person(code, Actor(label="Chủ cơ sở", owns=frozenset({exhibitor_id})))

    def _free(self) -> str:
        """Mostly a booth that nobody has: rivals want the same few."""
        taken = select(Assignment.booth_id).where(Assignment.state.in_(OCCUPYING))
        free = (
            reader()
            .scalars(select(Booth.label).where(Booth.id.not_in(taken)).order_by(Booth.label))
            .all()
        )
        return self.chance.choice(free) if free and self.chance.random() < 0.8 else self._label()

    def _officer(self) -> Actor:
        return self.chance.choice(self.square.officers)

    def hold(self) -> None:
        one = self._without()
        holds.hold_booth(one.actor, one.code, self._free(), now=self.clock())

    def take(self) -> None:
        one = self._concerned(AssignmentSource.HOLD)
        holds.confirm_hold(one.actor, one.code, now=self.clock())

    def let_go(self) -> None:
        one = self._concerned(AssignmentSource.HOLD)
        holds.let_go(one.actor, one.code, now=self.clock())

    def expire(self) -> None:
        holds.sweep_holds(self.clock())
        waitlist_rounds.sweep_offers(self.clock())

    def assign(self) -> None:
        allocations.assign_booth(
            self._officer(),
            self.square.fair_id,
            self._free(),
            self._without().code,
            reason="Thử",
            now=self.clock(),
        )

    def _holder(self) -> tuple[str, str]:
        """A booth and the code of who stands there, if anybody does."""
        label = self._label()
        found = allocations.occupant(reader(), self.square.fair_id, label)
        return label, found.application.code if found else self._anybody().code

    def release(self) -> None:
        label, code = self._holder()
        allocations.release_booth(
            self._officer(), self.square.fair_id, label, code, reason="Thử", now=self.clock()
        )

    def move(self) -> None:
        label, code = self._holder()
        allocations.move_booth(
            self._officer(),
            self.square.fair_id,
            code,
            from_label=label,
            to_label=self._label(),
            reason="Thử",
            now=self.clock(),
        )

    def swap(self) -> None:
        allocations.swap_booths(
            self._officer(),
            self.square.fair_id,
            self._label(),
            self._label(),
            reason="Thử",
            now=self.clock(),
        )

    def block(self) -> None:
        reason = self.chance.choice((None, None, "Cột điện"))
        allocations.block_booth(
            self._officer(), self.square.fair_id, self._label(), reason=reason, now=self.clock()
        )

    def publish(self) -> None:
        publications.publish(self._officer(), self.square.fair_id, note="Thử", now=self.clock())

    def accept_booth(self) -> None:
        one = self._anybody()
        booth_answers.confirm_booth(one.actor, one.code, now=self.clock())

    def withdraw(self) -> None:
        one = self._anybody()
        submissions.withdraw_application(one.actor, one.code, reason=None, now=self.clock())
        come(self.square.fair_id, self.chance)

    def enter(self) -> None:
        one = self._anybody()
        waitlists.enter_waitlist(one.actor, one.code, now=self.clock())

    def leave(self) -> None:
        one = self._anybody()
        waitlists.leave_waitlist(one.actor, one.code, now=self.clock())

    def jump(self) -> None:
        waitlist_jumps.move_in_line(
            self._officer(),
            self.square.fair_id,
            self._anybody().code,
            to_place=self.chance.randint(1, 5),
            reason="Thử",
            now=self.clock(),
        )

    def offer(self) -> None:
        waitlist_rounds.offer_now(self._officer(), self.square.fair_id, now=self.clock())

    def accept(self) -> None:
        one = self._concerned(AssignmentSource.OFFER)
        waitlists.accept_offer(one.actor, one.code, now=self.clock())

    def decline(self) -> None:
        one, keep = self._concerned(AssignmentSource.OFFER), self.chance.random() < 0.5
        waitlists.decline_offer(one.actor, one.code, keep_waiting=keep, now=self.clock())

    def call_back(self) -> None:
        waitlists.withdraw_offer(
            self._officer(),
            self.square.fair_id,
            self._concerned(AssignmentSource.OFFER).code,
            reason="Thử",
            now=self.clock(),
        )

    def rules(self) -> None:
        rules = giving.Giving(
            giving=BoothGiving.FIRST_COME,
            picks_from=None,
            picks_until=None,
            hold_minutes=HOLD_MINUTES,
            waitlist_rule=self.chance.choice(list(Rule)),
            offer_hours=1,
            offers_on=self.chance.random() < 0.3,
        )
        fair_id = self.square.fair_id
        seen = reader().scalars(select(Fair.version).where(Fair.id == fair_id)).one()
        giving.set_giving(self._officer(), fair_id, rules, seen_version=seen, now=self.clock())

    def draw(self) -> None:
        """Freeze a list of a zone; or bring the one that waits a step further."""
        now, fair_id = self.clock(), self.square.fair_id
        waits = reader().execute(
            select(Draw.number, Draw.source_at).where(
                Draw.fair_id == fair_id, Draw.state == DrawState.FROZEN
            )
        )
        found = waits.one_or_none()
        if found is None:
            if self.chance.random() < 0.3:
                draws.freeze_list(self._officer(), fair_id, self._lots(now), now=now)
        elif now < found.source_at:
            if self.chance.random() < 0.2:
                draws.call_off(self._officer(), fair_id, found.number, reason="Thử", now=now)
        else:
            draw_numbers.type_number(self._officer(), fair_id, found.number, LOTS, now=now)

    def _lots(self, now: datetime) -> draws.DrawPlan:
        return draws.DrawPlan(
            mode=DrawMode.BOOTHS,
            zones=(self.chance.choice("AB"),),
            source_kind=SourceKind.HALL,
            source_name="Hội trường",
            source_at=now + timedelta(minutes=10),
            objection_hours=0,
            leaves_aside=True,
        )
