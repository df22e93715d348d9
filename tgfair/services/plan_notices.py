"""A plan is replaced under booths that were told to somebody: the public drawing and the mails."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.layout.difference import plan_changes
from tgfair.core.layout.plan import Plan
from tgfair.models.application import Application
from tgfair.models.booth import Booth, PlanVersion
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.notifications import notify_application
from tgfair.services.publications import concerned_places, freeze, latest_publication


def follow_plan(
    session: Session,
    actor: Actor,
    fair: Fair,
    before: Plan,
    version: PlanVersion,
    after: Plan,
    *,
    now: datetime,
) -> int:
    """Publish the drawing where places are public already; return how many mails wait.

    Who stands where stays as it was published. A holder whose booth has another code, place, size
    or outfit gets a proposed mail: nothing leaves before an officer presses "send".
    """
    if latest_publication(session, fair.id) is None:
        return 0
    places = concerned_places(session, fair.id)
    note = f"Sơ đồ bản {version.number}"
    freeze(session, actor, fair, places, note=note, now=now)
    objects = {
        row[0]: row[1]
        for row in session.execute(
            select(Booth.id, Booth.plan_object_id).where(Booth.fair_id == fair.id)
        )
    }
    changed = {change.id: change.sentence for change in plan_changes(before, after)}
    lines: dict[int, list[str]] = {}
    for application_id, booth_id in sorted(places):
        if objects[booth_id] in changed:
            lines.setdefault(application_id, []).append(changed[objects[booth_id]])
    for application_id, sentences in lines.items():
        notify_application(
            session,
            "booth_redrawn",
            session.get_one(Application, application_id),
            dedupe=f"plan:{version.id}",
            now=now,
            changes=sentences,
        )
    return len(lines)
