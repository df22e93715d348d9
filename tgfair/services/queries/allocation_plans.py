"""Reads of the workbench: the fair's plans, and who stands where in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tgfair.core.allocation.fitting import wish_rank
from tgfair.core.allocation.moves import Places, staying
from tgfair.core.allocation.problem import Mode
from tgfair.core.allocation.record import problem_digest, solution_from_json
from tgfair.core.allocation.solution import LevelScore, Solution
from tgfair.core.vietnamese import fold
from tgfair.models.account import User
from tgfair.models.application import Application
from tgfair.models.assignment import AllocationRun, AssignmentSource, Publication, RunState
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.job import Job, JobState
from tgfair.policy import Action, Actor, require
from tgfair.services.allocation_edits import standing_plan
from tgfair.services.allocation_problems import Cast, cast_of
from tgfair.services.allocation_runs import load_run
from tgfair.services.allocation_settings import Settings, settings_from_json
from tgfair.services.uow import reader

SEEKING = (RunState.QUEUED, RunState.RUNNING)
INTERRUPTED = "Việc tìm bị ngắt giữa chừng. Hãy tìm lại."


@dataclass(frozen=True)
class PlanTab:
    """A plan in the list: its name, what it comes from, how far it is."""

    label: str
    parent: str
    mode: Mode
    state: RunState
    created_at: datetime
    author: str
    placed: int
    unplaced: int
    edits: int
    published: int | None

    @property
    def seeking(self) -> bool:
        """Whether it is still being sought."""
        return self.state in SEEKING


@dataclass(frozen=True)
class Seat:
    """An application in a plan; `booths` are labels, none when it has no place.

    `elsewhere` are the booths that it was given outside the plan, which it has to get here too.
    """

    code: str
    name: str
    booths: tuple[str, ...]
    zone: str
    wish: int | None
    wishes: tuple[str, ...]
    locked: bool
    fixed: bool
    elsewhere: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PlanView:
    """A plan with all that its page shows."""

    tab: PlanTab
    version: int
    settings: Settings
    scores: tuple[LevelScore, ...]
    stopped: bool
    seats: tuple[Seat, ...]
    left_out: tuple[tuple[str, str, str], ...]
    demands: tuple[str, ...]
    why: str
    wrong: tuple[str, ...]
    news: Mapping[str, Any]
    edits: tuple[Mapping[str, Any], ...]
    job: Job | None
    # Whether applications, booths or rules changed since it was found.
    outdated: bool
    free: tuple[str, ...]
    # What the plan was laid out with, for those who ask further.
    run: AllocationRun
    cast: Cast
    places: Places

    @property
    def placed(self) -> tuple[Seat, ...]:
        """Return who has a place."""
        return tuple(seat for seat in self.seats if seat.booths)

    @property
    def unplaced(self) -> tuple[Seat, ...]:
        """Return who has none."""
        return tuple(seat for seat in self.seats if not seat.booths)

    def found(self, text: str) -> tuple[Seat, ...]:
        """Return whose name, code or booth the text names, without diacritics; all for none."""
        wanted = fold(text)
        exact = [one for one in self.seats if text.strip().upper() in {one.code, *one.booths}]
        if exact or not wanted:
            return tuple(exact) or self.seats
        return tuple(one for one in self.seats if wanted in fold(one.name))

    def seat(self, code: str | None) -> Seat | None:
        """Return one application, or None."""
        return next((one for one in self.seats if one.code == code), None)


def plan_tabs(actor: Actor, fair: Fair) -> list[PlanTab]:
    """Return the fair's plans in the order they were made."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    rows = session.execute(
        select(AllocationRun, User.name, Job.state)
        .outerjoin(User, User.id == AllocationRun.created_by_id)
        .outerjoin(Job, Job.id == AllocationRun.job_id)
        .where(AllocationRun.fair_id == fair.id, AllocationRun.source == AssignmentSource.OPTIMISER)
        .order_by(AllocationRun.id)
    ).all()
    labels = {row[0].id: row[0].label for row in rows}
    published: dict[int, int] = {
        run_id: number
        for run_id, number in session.execute(
            select(Publication.run_id, Publication.number).where(Publication.fair_id == fair.id)
        )
        if run_id is not None
    }
    return [_tab(run, name or "", job, labels, published) for run, name, job in rows]


def _tab(
    run: AllocationRun,
    author: str,
    job: JobState | None,
    labels: Mapping[int, str],
    published: Mapping[int, int],
) -> PlanTab:
    state = run.state
    if state in SEEKING and job not in {JobState.QUEUED, JobState.RUNNING}:
        state = RunState.FAILED
    return PlanTab(
        label=run.label,
        parent=labels.get(run.parent_id or 0, ""),
        mode=Mode(run.settings["mode"]),
        state=state,
        created_at=run.created_at,
        author=author,
        placed=len(run.result.get("placements", ())),
        unplaced=len(run.result.get("unplaced", ())),
        edits=len(run.edits),
        published=published.get(run.id),
    )


def plan_view(actor: Actor, fair: Fair, label: str) -> PlanView:
    """Return a plan with its applications.

    Raises:
        NotFoundError: there is none of this name.
    """
    session = reader()
    run = load_run(session, actor, fair.id, label)
    tab = next(one for one in plan_tabs(actor, fair) if one.label == label)
    settings = settings_from_json(run.settings)
    cast = cast_of(session, fair, settings)
    done = tab.state is RunState.DONE
    found = solution_from_json({**run.result, "explanations": []}) if done else None
    places = standing_plan(run, cast)
    taken = {booth for booths in places.values() for booth in booths}
    return PlanView(
        tab=tab,
        version=run.version,
        settings=settings,
        scores=found.scores if found else (),
        stopped=bool(found and found.stopped),
        seats=_seats(run, cast, places, found) if found else (),
        left_out=_left_out(actor, fair, cast),
        demands=tuple(one["sentence"] for one in run.result.get("demands", ())),
        why=run.result.get("why") or (INTERRUPTED if tab.state is RunState.FAILED else ""),
        wrong=tuple(run.result.get("wrong", ())),
        news=run.news,
        edits=tuple(run.edits),
        job=session.get(Job, run.job_id) if run.job_id else None,
        outdated=done and problem_digest(cast.problem) != run.inputs_digest,
        free=tuple(
            sorted(b.label for b in cast.problem.booths if b.id not in taken and b.blocked is None)
        ),
        run=run,
        cast=cast,
        places=places,
    )


def _seats(
    run: AllocationRun,
    cast: Cast,
    places: Mapping[str, tuple[str, ...]],
    found: Solution,
) -> tuple[Seat, ...]:
    reasons = {one.applicant: tuple(r.sentence for r in one.reasons) for one in found.unplaced}
    pinned = {pin.applicant: pin.booths for pin in cast.problem.pins}
    stays = staying(cast.problem, {**places})
    booths = {one.id: one for one in cast.problem.booths}
    zones = {zone.code: zone.label for zone in cast.problem.zones}
    out = []
    for one in cast.problem.applicants:
        here = tuple(booths[key] for key in places.get(one.id, ()))
        out.append(
            Seat(
                code=one.id,
                name=one.name,
                booths=tuple(booth.label for booth in here),
                zone=here[0].zone if here else "",
                wish=wish_rank(one, here) if here else None,
                wishes=tuple(zones.get(w.zone or "", w.zone or "") for w in one.wishes),
                locked=one.id in run.locked,
                fixed=one.id in stays,
                elsewhere=()
                if one.id in stays
                else tuple(booths[key].label for key in pinned.get(one.id, ())),
                reasons=reasons.get(one.id, ()) if not here else (),
            )
        )
    return tuple(sorted(out, key=lambda seat: (bool(seat.booths), seat.booths, seat.name)))


def _left_out(actor: Actor, fair: Fair, cast: Cast) -> tuple[tuple[str, str, str], ...]:
    if not cast.left_out:
        return ()
    from_rows = names_of(actor, fair, [code for code, _ in cast.left_out])
    return tuple((code, from_rows.get(code, code), why) for code, why in cast.left_out)


def names_of(actor: Actor, fair: Fair, codes: Sequence[str]) -> dict[str, str]:
    """Return the exhibitors' names of applications by code."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    rows = reader().execute(
        select(Application.code, Exhibitor.name)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(Application.fair_id == fair.id, Application.code.in_(codes))
    )
    return {row[0]: row[1] for row in rows.all()}
