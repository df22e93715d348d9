"""The drawing of a fair while it is worked on: saved by itself, then published as a version.

There is one draft a fair. Two people may have it open: each saving names the version it saw, and
whoever comes second is told what the other changed. Published versions are never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, NotFoundError
from tgfair.core.layout.difference import Change, plan_changes
from tgfair.core.layout.draft import Draft, draft_as_json, empty_plan, parse_draft
from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.models.account import User
from tgfair.models.booth import PlanDraft, PlanVersion
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.places import lock_places
from tgfair.services.plans import (
    BoothTouchedError,
    Installed,
    held_objects,
    newest_version,
    put_plan,
)
from tgfair.services.publications import latest_publication
from tgfair.services.uow import check_seen, find, reader, transaction

SHOWN_CHANGES = 8


class DraftConflictError(ConflictError):
    """Somebody else saved the draft since it was shown.

    `changes` is what differs, `version` the one that is theirs.
    """

    code = "draft_conflict"

    def __init__(
        self, who: str, at: datetime, changes: tuple[Change, ...], *, version: int
    ) -> None:
        super().__init__(who, at, changes)
        self.version = version
        self.who = who
        self.at = at
        self.changes = changes

    def message(self) -> str:
        """Say who, and what is different now."""
        shown = " ".join(change.sentence for change in self.changes[:SHOWN_CHANGES])
        more = len(self.changes) - SHOWN_CHANGES
        rest = f" Và {more} thay đổi khác." if more > 0 else ""
        return f"{self.who} vừa sửa bản vẽ này. {shown}{rest}".strip()


class DraftExistsError(ConflictError):
    """A draft is being drawn; another one would be in its way."""

    code = "draft_exists"

    def message(self) -> str:
        """Say what to do with it."""
        return "Đang có một bản nháp. Hãy dùng hoặc bỏ bản nháp đó trước."


@dataclass(frozen=True)
class DraftView:
    """The draft as its pages need it; `version` has to come back with every change."""

    draft: Draft
    version: int
    updated_at: datetime
    updated_by: str
    picture: bool

    @property
    def plan(self) -> Plan:
        """Return what is drawn."""
        return self.draft.plan


@dataclass(frozen=True)
class Comparison:
    """What publishing would do: `over` is the version that stands now, 0 for none.

    `touched` are the changes of booths that somebody holds: to be agreed to. `barred` are held
    booths that are gone: they have to be given back first. `public`: places were published, so
    the drawing is seen by everybody at once, and mails to those touched are proposed.
    """

    over: int
    changes: tuple[Change, ...]
    touched: tuple[Change, ...]
    barred: tuple[Change, ...]
    public: bool


def draft_of(actor: Actor, fair_id: int) -> DraftView | None:
    """Return the fair's draft, or None when nobody is drawing."""
    session = reader()
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.EDIT_FAIR, fair)
    row = session.scalars(select(PlanDraft).where(PlanDraft.fair_id == fair.id)).one_or_none()
    if row is None:
        return None
    return DraftView(
        parse_draft(row.document),
        row.version,
        row.updated_at,
        _name_of(session, row.updated_by_id),
        row.picture_sha256 is not None,
    )


def start_draft(actor: Actor, fair_id: int, *, now: datetime) -> None:
    """Begin to draw on the newest version, or on an empty sheet; a draft that exists stays."""
    with transaction() as session:
        fair = _editable(session, actor, fair_id)
        lock_places(session, fair.id)  # two people begin at the same moment
        if session.scalar(select(PlanDraft.id).where(PlanDraft.fair_id == fair.id)):
            return
        newest = newest_version(session, fair.id)
        plan = parse_plan(newest.document) if newest else empty_plan(fair.name[:120])
        _begin(session, actor, fair, plan, newest, now=now)


def draft_from(actor: Actor, fair_id: int, number: int, *, now: datetime) -> None:
    """Begin to draw on an old version.

    Raises:
        NotFoundError: there is no such version. DraftExistsError: somebody is drawing already.
    """
    with transaction() as session:
        fair = _editable(session, actor, fair_id)
        lock_places(session, fair.id)
        version = find(
            session, PlanVersion, PlanVersion.fair_id == fair.id, PlanVersion.number == number
        )
        if session.scalar(select(PlanDraft.id).where(PlanDraft.fair_id == fair.id)):
            raise DraftExistsError
        _begin(session, actor, fair, parse_plan(version.document), version, now=now)


def _begin(
    session: Session,
    actor: Actor,
    fair: Fair,
    plan: Plan,
    base: PlanVersion | None,
    *,
    now: datetime,
) -> None:
    row = PlanDraft(
        fair_id=fair.id,
        document=draft_as_json(Draft(plan)),
        base_number=base.number if base else 0,
        updated_at=now,
        updated_by_id=actor.user_id,
    )
    session.add(row)
    record(session, actor, "plan.draft_started", row, now=now, base=row.base_number)


def save_draft(
    actor: Actor, fair_id: int, document: object, *, seen_version: int, now: datetime
) -> int:
    """Save the whole drawing; return the version to name the next time.

    Raises:
        DraftConflictError: somebody else saved meanwhile; nothing is changed.
        InvalidError: a value that no plan may hold.
        NotFoundError: the draft was published or thrown away.
    """
    mine = parse_draft(document)
    with transaction() as session:
        _, row = draft_row(session, actor, fair_id, lock=True)
        if row.version != seen_version:
            saved = parse_draft(row.document)
            raise _conflict(session, row, plan_changes(mine.plan, saved.plan))
        return put_draft(session, actor, row, mine, now=now)


def change_draft(
    actor: Actor,
    fair_id: int,
    change: Callable[[Draft], Draft],
    *,
    seen_version: int,
    now: datetime,
) -> int:
    """Let `change` make a new drawing of the saved one; return the new version.

    Raises:
        DraftConflictError: somebody else saved since `seen_version`.
        NotFoundError: there is no draft.
    """
    with transaction() as session:
        _, row = draft_row(session, actor, fair_id, lock=True)
        if row.version != seen_version:
            raise _conflict(session, row, [])
        return put_draft(session, actor, row, change(parse_draft(row.document)), now=now)


def replace_drawing(
    actor: Actor, fair_id: int, plan: Plan, *, seen_version: int, now: datetime
) -> int:
    """Put another drawing (a file) in place of the draft's; the picture under it stays."""
    return change_draft(
        actor,
        fair_id,
        lambda draft: replace(draft, plan=plan),
        seen_version=seen_version,
        now=now,
    )


def discard_draft(actor: Actor, fair_id: int, *, seen_version: int, now: datetime) -> None:
    """Throw the draft away; the published plan stays as it is.

    Raises:
        ConflictError: somebody else saved it since the page was shown.
    """
    with transaction() as session:
        fair, row = draft_row(session, actor, fair_id, lock=True)
        check_seen(row, seen_version)
        let_go(session, row.picture_sha256, now=now, fair_id=fair.id)
        session.delete(row)
        record(session, actor, "plan.draft_discarded", row, now=now, fair_id=fair.id)


def compare_draft(actor: Actor, fair_id: int) -> Comparison:
    """Return what the draft changes against the version that stands now.

    Raises:
        NotFoundError: there is no draft.
    """
    _, row = draft_row(reader(), actor, fair_id, lock=False)
    return _compared(reader(), row)


def publish_draft(
    actor: Actor, fair_id: int, *, seen_version: int, over: int, agreed: bool, now: datetime
) -> Installed:
    """Make the draft the fair's next version. The draft is gone afterwards.

    `over` is the number of the version that the comparison was shown for; `agreed` says that the
    organiser has seen which booths with a holder change.

    Raises:
        ConflictError: the draft or the plan under it is not what was shown.
        InvalidError: two booths have one label, or there is none at all.
        BoothTouchedError: a held booth changes and nobody agreed.
        BoothInUseError: a held booth is gone. BoothRememberedError: one with a past is.
        FrozenForDrawError: a booth of a list that waits for its number changes.
    """
    with transaction() as session:
        fair, row = draft_row(session, actor, fair_id, lock=True)
        check_seen(row, seen_version)
        plan = parse_plan(row.document)
        compared = _compared(session, row)
        if compared.over != over:
            raise ConflictError
        if compared.touched and not agreed:
            ids = {change.id for change in compared.touched}
            raise BoothTouchedError(sorted(b.label for b in plan.booths if b.id in ids))
        installed = put_plan(session, actor, fair, plan, now=now)
        let_go(session, row.picture_sha256, now=now, fair_id=fair.id)
        session.delete(row)
        return installed


def _editable(session: Session, actor: Actor, fair_id: int) -> Fair:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.EDIT_FAIR, fair)
    return fair


def draft_row(
    session: Session, actor: Actor, fair_id: int, *, lock: bool
) -> tuple[Fair, PlanDraft]:
    """Return the fair and its draft for whoever may edit it; `lock` before a change.

    Raises:
        NotFoundError: there is no draft.
    """
    fair = _editable(session, actor, fair_id)
    if lock:
        lock_places(session, fair.id)
    row = session.scalars(select(PlanDraft).where(PlanDraft.fair_id == fair.id)).one_or_none()
    if row is None:
        raise NotFoundError
    return fair, row


def put_draft(
    session: Session, actor: Actor, row: PlanDraft, draft: Draft, *, now: datetime
) -> int:
    """Write the draft if it is another one; return the version after that."""
    document = draft_as_json(draft)
    if document != row.document:
        row.document = document
        row.updated_at, row.updated_by_id = now, actor.user_id
        session.flush()
    return row.version


def _conflict(session: Session, row: PlanDraft, changes: list[Change]) -> DraftConflictError:
    return DraftConflictError(
        _name_of(session, row.updated_by_id), row.updated_at, tuple(changes), version=row.version
    )


def _name_of(session: Session, user_id: int | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.name if user is not None else "Hệ thống"


def _compared(session: Session, row: PlanDraft) -> Comparison:
    newest = newest_version(session, row.fair_id)
    plan = parse_draft(row.document).plan
    old = parse_plan(newest.document) if newest else empty_plan(plan.name)
    changes = tuple(plan_changes(old, plan))
    held = held_objects(session, row.fair_id)
    return Comparison(
        newest.number if newest else 0,
        changes,
        tuple(one for one in changes if one.id in held and one.code != "removed"),
        tuple(one for one in changes if one.id in held and one.code == "removed"),
        latest_publication(session, row.fair_id) is not None,
    )
