"""From a plan to who really stands where: the check, then publishing in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.allocation.moves import Places, booths_in_words
from tgfair.core.allocation.solve import evaluate
from tgfair.core.allocation.verify import Violation, verify
from tgfair.core.allocation.wording import sentence_of
from tgfair.core.errors import InvalidError
from tgfair.models.assignment import AllocationRun, Assignment, AssignmentSource, AssignmentState
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.allocation_edits import FORGIVEN, standing_plan
from tgfair.services.allocation_problems import Cast, cast_of
from tgfair.services.allocation_runs import load_run, places_of
from tgfair.services.allocation_settings import settings_from_json
from tgfair.services.audit import record
from tgfair.services.places import end_place, lock_places, place
from tgfair.services.publications import SEES_BOOTH, publish_standing
from tgfair.services.uow import check_seen, find, transaction

MAX_NOTE = 400


@dataclass(frozen=True)
class Check:
    """What stands in the way of publishing a plan, what to look at, and what it would change.

    `moves` are applications by code with the booths (plan objects) of today and of the plan.
    """

    wrong: tuple[str, ...]
    look_at: tuple[str, ...]
    moves: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    told: int

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.wrong


def check_plan(actor: Actor, run: AllocationRun, cast: Cast) -> Check:
    """Return what publishing the plan now would do, and whether it may."""
    places = standing_plan(run, cast)
    moves = {
        code: (cast.standing.get(code, ()), tuple(sorted(places.get(code, ()))))
        for code in sorted(cast.applications)
        if set(cast.standing.get(code, ())) != set(places.get(code, ()))
    }
    wrong, look_at = _rules(run, cast, places)
    own = [code for code in moves if not _may(actor, cast, code)]
    wrong += [
        f"{cast.applications[code].exhibitor.name} là cơ sở của chính người đang công bố. "
        "Hãy nhờ người khác công bố phương án này."
        for code in own
    ]
    look_at += _gone(run, cast, places)
    told = sum(cast.applications[code].state in SEES_BOOTH for code in moves)
    return Check(tuple(wrong), tuple(look_at), moves, told)


def _may(actor: Actor, cast: Cast, code: str) -> bool:
    return can(actor, Action.ASSIGN_BOOTHS, cast.applications[code])


def _rules(run: AllocationRun, cast: Cast, places: Places) -> tuple[list[str], list[str]]:
    """Return the broken rules, and those that an officer broke with a reason or may leave."""
    reasons = {code: one["reason"] for one in run.edits if one["reason"] for code in one["after"]}
    found = evaluate(cast.problem, places)
    wrong, look_at = [], []
    for one in verify(cast.problem, found):
        reason = _reason(one, reasons)
        if one.code in FORGIVEN - {"could_be_placed", "required"}:
            continue
        sentence = sentence_of(cast.problem, one)
        if one.code in FORGIVEN:
            look_at.append(sentence)
        elif reason and one.code not in {"booth_twice", "pin"}:
            look_at.append(f"{sentence} Lý do đã ghi: {reason}")
        else:
            wrong.append(sentence)
    return wrong, list(dict.fromkeys(look_at))


def _reason(found: Violation, reasons: Mapping[str, str]) -> str:
    return next((reasons[one] for one in found.subjects if one in reasons), "")


def _gone(run: AllocationRun, cast: Cast, places: Places) -> list[str]:
    """Return who of the plan takes no part any more, and who came since."""
    planned = places_of(run)
    left = sorted(planned.keys() - places.keys())
    known = planned.keys() | {one["applicant"] for one in run.result.get("unplaced", ())}
    new = sorted(cast.applications.keys() - known)
    out = []
    if left:
        out.append(f"Không còn trong danh sách xếp, hoặc gian đã đổi: {', '.join(left)}.")
    if new:
        out.append(f"Duyệt sau khi tìm phương án, chưa có chỗ trong đó: {', '.join(new)}.")
    return out


def publish_plan(
    actor: Actor,
    fair_id: int,
    label: str,
    *,
    typed: str,
    note: str,
    seen_version: int,
    now: datetime,
) -> int:
    """Let everybody stand where the plan says, publish it, and return the version's number.

    `typed` is the plan's name, typed once more; `note` the reason when somebody who was told of a
    booth moves. All or nothing; the mails are proposed, none leaves by itself.

    Raises:
        InvalidError: the name is another, a rule is broken, or a reason is missing.
        ConflictError: the plan was changed since it was shown.
        BoothTakenError: a booth was taken in this moment.
    """
    if typed.strip().upper() != label:
        raise InvalidError(f"Hãy ghi đúng tên phương án: {label}.", field="typed")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        run = load_run(session, actor, fair_id, label)
        check_seen(run, seen_version)
        cast = cast_of(session, fair, settings_from_json(run.settings))
        check = _ready(check_plan(actor, run, cast))
        why = note.strip()[:MAX_NOTE] or None
        _move(session, actor, run, cast, check, reason=why, now=now)
        publication = publish_standing(session, actor, fair, note=why, now=now, run_id=run.id)
        record(
            session,
            actor,
            "allocation.published",
            run,
            now=now,
            label=label,
            number=publication.number,
            note=why,
        )
        return publication.number


def _ready(check: Check) -> Check:
    if not check.ready:
        raise InvalidError(f"Chưa công bố được. {check.wrong[0]}")
    return check


def _move(
    session: Session,
    actor: Actor,
    run: AllocationRun,
    cast: Cast,
    check: Check,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Free every place that the plan gives up, then give every new one."""
    live = _live(session, run.fair_id)
    why = reason or f"Theo phương án {run.label}"
    for code, (before, after) in check.moves.items():
        application = cast.applications[code]
        require(actor, Action.ASSIGN_BOOTHS, application)  # not for a subject of one's own
        for key in before:
            if key not in after:
                end_place(session, live[application.id, key], reason=why, now=now)
    for code, (before, after) in check.moves.items():
        application = cast.applications[code]
        for key in after:
            if key not in before:
                place(
                    session,
                    cast.booths[key],
                    application,
                    source=AssignmentSource.OPTIMISER,
                    created_by_id=actor.user_id,
                    now=now,
                    run_id=run.id,
                )
        record(
            session,
            actor,
            "booth.planned",
            application,
            now=now,
            plan=run.label,
            booths=booths_in_words(cast.problem, after) if after else None,
        )


def _live(session: Session, fair_id: int) -> dict[tuple[int, str], Assignment]:
    rows = session.scalars(
        select(Assignment).where(
            Assignment.fair_id == fair_id, Assignment.state == AssignmentState.LIVE
        )
    ).all()
    return {(one.application_id, one.booth.plan_object_id): one for one in rows}
