"""Who may be the same subject as an applicant: a hint for the reviewer, never a refusal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from tgfair.core.review import Twin
from tgfair.core.workflow import FINAL
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair

# The strongest likeness first.
LIKENESS = (("tax_code", "tax_code"), ("phone", "phone"), ("name", "search_fold"))


def twins_of(session: Session, fair: Fair, rows: Sequence[Any]) -> dict[int, list[Twin]]:
    """Return who may be the same subject, by application; `rows` are the fair's applications.

    Compared are tax code, telephone and folded name with every exhibitor record, and the
    contact's telephone with that of the fair's other live applications.
    """
    by_exhibitor: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_exhibitor[row.exhibitor_id].append(row)
    live = {row.exhibitor_id: row for row in rows if row.state not in FINAL}
    found: dict[int, dict[int, Twin]] = defaultdict(dict)
    for exhibitor_id, other_id, name, how, _ in session.execute(_alike(fair)).all():
        code = live[other_id].code if other_id in live else ""
        for row in by_exhibitor[exhibitor_id]:
            found[row.id].setdefault(other_id, Twin(name, how, code))
    for row, other in _same_contact(live.values()):
        twin = Twin(other.name, "phone", other.code)
        found[row.id].setdefault(other.exhibitor_id, twin)
    return {key: list(twins.values()) for key, twins in found.items()}


def _alike(fair: Fair) -> Select[Any]:
    """Select (exhibitor, other, other's name, likeness, rank); each join is on one equality."""
    one, other = aliased(Exhibitor), aliased(Exhibitor)
    here = select(Application.exhibitor_id).where(Application.fair_id == fair.id)
    parts = [
        select(
            one.id.label("one"),
            other.id.label("other"),
            other.name.label("name"),
            literal(how).label("how"),
            literal(rank).label("rank"),
        )
        .join(other, (getattr(one, column) == getattr(other, column)) & (one.id != other.id))
        .where(one.id.in_(here))
        for rank, (how, column) in enumerate(LIKENESS)
    ]
    found = union_all(*parts).subquery()
    return select(found).order_by(found.c.rank, found.c.other)


def _same_contact(rows: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    by_phone: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.contact_phone:
            by_phone[row.contact_phone].append(row)
    for group in by_phone.values():
        yield from permutations(group, 2)


def twins_of_one(session: Session, application: Application) -> list[Twin]:
    """Return who may be the same subject as that of one application."""
    fair = application.fair
    rows = session.execute(
        select(
            Application.id,
            Application.code,
            Application.state,
            Application.exhibitor_id,
            Application.contact_phone,
            Exhibitor.name,
        )
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(Application.fair_id == fair.id)
        .order_by(Application.id)
    ).all()
    return twins_of(session, fair, rows).get(application.id, [])
