"""Change a plan by hand: move, swap, take out, lock, undo. Nobody really moves before publishing.

What the optimiser found stays as it was; the first change makes a copy (PA2 becomes PA2.1), and
every further one is kept in the copy's `edits` with what stood before, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.allocation.moves import Change, Places, relocated, staying, taken_out
from tgfair.core.allocation.problem import Problem
from tgfair.core.allocation.record import problem_digest, solution_as_json
from tgfair.core.allocation.solution import LevelScore, Solution
from tgfair.core.allocation.solve import evaluate
from tgfair.core.allocation.verify import Violation, verify
from tgfair.core.allocation.wording import sentence_of
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.assignment import AllocationRun, Publication, RunState
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.allocation_problems import Cast, cast_of
from tgfair.services.allocation_runs import load_run, places_of
from tgfair.services.allocation_settings import settings_from_json
from tgfair.services.audit import record
from tgfair.services.uow import check_seen, reader, transaction

MAX_REASON = 300
MOST_EDITS = 500
# What a plan by hand may be while it is worked on; publishing says what it has to be.
FORGIVEN = frozenset({"could_be_placed", "score", "bound", "wish", "no_reason", "required"})


class AgainstRulesError(InvalidError):
    """The change breaks rules; an officer may go on with a written reason."""

    code = "against_rules"

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(f"{' '.join(sentences)} Muốn đổi vẫn được, hãy ghi lý do.", field="reason")
        self.sentences = tuple(sentences)


@dataclass(frozen=True)
class Edited:
    """The plan that holds the change, and the change in one sentence."""

    label: str
    sentence: str


def standing_plan(run: AllocationRun, cast: Cast) -> Places:
    """Return the plan's places as far as their applications and booths are still there."""
    return {
        code: tuple(booths)
        for code, booths in places_of(run).items()
        if code in cast.applications and cast.booths.keys() >= set(booths)
    }


def relocate(
    actor: Actor,
    fair_id: int,
    label: str,
    code: str,
    booth_label: str,
    *,
    reason: str = "",
    seen_version: int,
    now: datetime,
) -> Edited:
    """Move an application to a booth of the plan; whoever stands exactly there gets its old place.

    An application for several booths takes those that follow in the row.

    Raises:
        AgainstRulesError: a rule would be broken, and no reason is given.
        InvalidError: the place is too short, partly somebody else's, or locked.
        ConflictError: somebody else changed the plan meanwhile.
    """

    def change(problem: Problem, places: Places, fixed: frozenset[str]) -> Change:
        return relocated(problem, places, fixed, code, booth_label)

    return _edit(actor, fair_id, label, change, reason=reason, seen_version=seen_version, now=now)


def take_out(
    actor: Actor, fair_id: int, label: str, code: str, *, seen_version: int, now: datetime
) -> Edited:
    """Take an application's booths away in the plan.

    Raises:
        InvalidError: it has none there, or is locked.
        ConflictError: somebody else changed the plan meanwhile.
    """

    def change(problem: Problem, places: Places, fixed: frozenset[str]) -> Change:
        return taken_out(problem, places, fixed, code)

    return _edit(actor, fair_id, label, change, reason="", seen_version=seen_version, now=now)


def set_lock(
    actor: Actor,
    fair_id: int,
    label: str,
    code: str,
    *,
    locked: bool,
    seen_version: int,
    now: datetime,
) -> Edited:
    """Lock an application where the plan has it, for changes by hand and plans that continue it.

    Raises:
        InvalidError: it has no booth there.
        ConflictError: somebody else changed the plan meanwhile.
    """
    with transaction() as session:
        run = load_run(session, actor, fair_id, label)
        _require_done(run)
        check_seen(run, seen_version)
        if code not in places_of(run):
            raise InvalidError("Chỉ khóa được cơ sở đang có gian trong phương án.")
        rest = [one for one in run.locked if one != code]
        run.locked = sorted([*rest, code]) if locked else rest
        word = "Đã khóa" if locked else "Đã mở khóa"
        record(session, actor, "allocation.locked", run, now=now, code=code, locked=locked)
        return Edited(label, f"{word} chỗ của hồ sơ {code} trong {label}.")


def undo(actor: Actor, fair_id: int, label: str, *, seen_version: int, now: datetime) -> Edited:
    """Take the last change by hand back.

    Raises:
        InvalidError: there is none.
        ConflictError: somebody else changed the plan meanwhile.
    """
    session = reader()
    run = load_run(session, actor, fair_id, label)
    if not run.edits:
        raise InvalidError("Chưa có thay đổi nào để hoàn tác.")
    last = run.edits[-1]
    cast = cast_of(session, session.get_one(Fair, fair_id), settings_from_json(run.settings))
    places = standing_plan(run, cast) | {one: tuple(b) for one, b in last["before"].items()}
    found = _evaluated(run, cast, {one: booths for one, booths in places.items() if booths})
    with transaction() as writing:
        run = load_run(writing, actor, fair_id, label)
        check_seen(run, seen_version)
        _refuse_published(writing, run)
        run.edits = run.edits[:-1]
        run.result = found
        record(writing, actor, "allocation.undone", run, now=now, label=label)
        return Edited(label, f"Đã hoàn tác: {last['sentence']}.")


def copy_plan(actor: Actor, fair_id: int, label: str, *, now: datetime) -> str:
    """Make a copy to work on by hand and return its name."""
    with transaction() as session:
        run = load_run(session, actor, fair_id, label)
        _require_done(run)
        copied = _copy(session, actor, run, now=now)
        record(session, actor, "allocation.copied", copied, now=now, label=copied.label)
        return copied.label


def _edit(
    actor: Actor,
    fair_id: int,
    label: str,
    change: Callable[[Problem, Places, frozenset[str]], Change],
    *,
    reason: str,
    seen_version: int,
    now: datetime,
) -> Edited:
    """Judge the change outside any transaction, then write it into the plan as it was shown."""
    why = check_text(reason, field="reason")[:MAX_REASON]
    session = reader()
    run = load_run(session, actor, fair_id, label)
    _require_done(run)
    if len(run.edits) >= MOST_EDITS:
        raise InvalidError("Phương án này đã sửa quá nhiều lần. Hãy lưu bản sao rồi sửa tiếp.")
    cast = cast_of(session, session.get_one(Fair, fair_id), settings_from_json(run.settings))
    places = standing_plan(run, cast)
    fixed = frozenset(run.locked) | staying(cast.problem, places)
    wanted = change(cast.problem, places, fixed)
    before = {code: places.get(code, ()) for code in wanted.places}
    after = {code: booths for code, booths in {**places, **wanted.places}.items() if booths}
    _refuse_worse(cast.problem, places, after, why)
    found = _evaluated(run, cast, after)
    with transaction() as writing:
        run = load_run(writing, actor, fair_id, label)
        check_seen(run, seen_version)
        if run.parent_id is None or "." not in run.label or _is_published(writing, run):
            run = _copy(writing, actor, run, now=now)
        run.edits = [*run.edits, _entry(actor, wanted, before, why, now=now)]
        run.result = found
        record(
            writing,
            actor,
            "allocation.edited",
            run,
            now=now,
            label=run.label,
            change=wanted.sentence,
            reason=why or None,
        )
        return Edited(run.label, f"{wanted.sentence}.")


def _entry(
    actor: Actor, wanted: Change, before: Places, reason: str, *, now: datetime
) -> dict[str, Any]:
    return {
        "before": {code: list(booths) for code, booths in before.items()},
        "after": {code: list(booths) for code, booths in wanted.places.items()},
        "sentence": wanted.sentence,
        "reason": reason,
        "by": actor.label,
        "at": now.isoformat(),
    }


def _require_done(run: AllocationRun) -> None:
    if run.state is not RunState.DONE:
        raise InvalidError(f"Phương án {run.label} chưa có kết quả để sửa.")


def _is_published(session: Session, run: AllocationRun) -> bool:
    found = select(Publication.id).where(Publication.run_id == run.id).limit(1)
    return session.scalar(found) is not None


def _refuse_published(session: Session, run: AllocationRun) -> None:
    if _is_published(session, run):
        raise InvalidError(f"Phương án {run.label} đã công bố, không sửa được. Hãy lưu bản sao.")


def _copy(session: Session, actor: Actor, run: AllocationRun, *, now: datetime) -> AllocationRun:
    root = run.label.partition(".")[0]
    labels = session.scalars(
        select(AllocationRun.label).where(
            AllocationRun.fair_id == run.fair_id, AllocationRun.label.startswith(f"{root}.")
        )
    ).all()
    numbers = [int(label.partition(".")[2]) for label in labels]
    copied = AllocationRun(
        fair_id=run.fair_id,
        label=f"{root}.{max(numbers, default=0) + 1}",
        source=run.source,
        parent_id=run.id,
        state=RunState.DONE,
        settings=run.settings,
        inputs_digest=run.inputs_digest,
        result=run.result,
        locked=list(run.locked),
        edits=list(run.edits),
        created_at=now,
        created_by_id=actor.user_id,
        finished_at=now,
    )
    session.add(copied)
    session.flush()
    return copied


def rule_breaks(problem: Problem, places: Places) -> list[Violation]:
    """Return the hard rules that places break, whatever scores and reasons say."""
    found = verify(problem, evaluate(problem, places))
    return [one for one in found if one.code not in FORGIVEN]


def _refuse_worse(problem: Problem, before: Places, after: Places, reason: str) -> None:
    known = {*rule_breaks(problem, before)}
    new = [one for one in rule_breaks(problem, after) if one not in known]
    if any(one.code == "booth_twice" for one in new):
        raise InvalidError(" ".join(sentence_of(problem, one) for one in new))
    if new and not reason:
        raise AgainstRulesError([sentence_of(problem, one) for one in new])


def _evaluated(run: AllocationRun, cast: Cast, places: Places) -> dict[str, Any]:
    """Return the places with scores and reasons; bounds stay while the problem is the same."""
    found = evaluate(cast.problem, places)
    if problem_digest(cast.problem) == run.inputs_digest:
        found = _with_bounds(found, run)
    return solution_as_json(found) | {"wrong": []}


def _with_bounds(found: Solution, run: AllocationRun) -> Solution:
    bounds = {one["level"]: one["bound"] for one in run.result.get("scores", ())}
    scores = tuple(_bounded(score, bounds.get(score.level.value)) for score in found.scores)
    return replace(found, scores=scores)


def _bounded(score: LevelScore, bound: int | None) -> LevelScore:
    # By hand a rule may be broken with a reason; then the bound of those who keep it says nothing.
    if bound is None or score.value > bound:
        return score
    return replace(score, bound=bound, proven=score.value == bound)
