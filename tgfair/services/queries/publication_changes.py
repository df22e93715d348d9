"""What each newer version of the published places changed, for everybody to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.assignment import Publication, PublicationRow
from tgfair.models.booth import Booth
from tgfair.models.exhibitor import Exhibitor
from tgfair.services.uow import reader

# Versions looked back: in a fair where producers pick, every pick is one.
MOST_VERSIONS = 20

Places = dict[int, dict[int, list[str]]]


@dataclass(frozen=True)
class PlaceChange:
    """Whose booths changed; no booths before is new, none after is no longer there.

    `withdrew`: its producer left the fair, whatever the version's own reason is.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    withdrew: bool = False


@dataclass(frozen=True)
class PublishedChange:
    """A version after the first, why it was made, and what it changed."""

    number: int
    published_at: datetime
    note: str
    lines: tuple[PlaceChange, ...]


def published_changes(fair_id: int) -> list[PublishedChange]:
    """Return what the last versions of a fair changed, the newest first."""
    session = reader()
    versions = session.scalars(
        select(Publication)
        .where(Publication.fair_id == fair_id)
        .order_by(Publication.number.desc())
        .limit(MOST_VERSIONS + 1)
    ).all()
    rows = session.execute(
        select(PublicationRow.publication_id, PublicationRow.application_id, Booth.label)
        .join(Booth, Booth.id == PublicationRow.booth_id)
        .where(PublicationRow.publication_id.in_([one.id for one in versions]))
        .order_by(Booth.label)
    ).all()
    places: Places = defaultdict(lambda: defaultdict(list))
    for publication_id, application_id, label in rows:
        places[publication_id][application_id].append(label)
    ids = {row[1] for row in rows}
    names, left = _names(ids), _withdrawn(ids)
    found = [
        PublishedChange(
            new.number,
            new.published_at,
            new.note or "",
            _lines(places[old.id], places[new.id], names, left),
        )
        for new, old in pairwise(versions)
    ]
    return [one for one in found if one.lines]


def _names(ids: set[int]) -> dict[int, str]:
    rows = reader().execute(
        select(Application.id, Exhibitor.name)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(Application.id.in_(ids))
    )
    return {row[0]: row[1] for row in rows.all()}


def _withdrawn(ids: set[int]) -> set[int]:
    gone = (Application.id.in_(ids), Application.state == State.WITHDRAWN)
    return {*reader().scalars(select(Application.id).where(*gone))}


def _lines(
    before: Mapping[int, list[str]],
    after: Mapping[int, list[str]],
    names: Mapping[int, str],
    left: set[int],
) -> tuple[PlaceChange, ...]:
    changed = [
        PlaceChange(
            names[one],
            tuple(before.get(one, ())),
            tuple(after.get(one, ())),
            withdrew=one in left and one not in after,
        )
        for one in before.keys() | after.keys()
        if before.get(one) != after.get(one)
    ]
    return tuple(sorted(changed, key=lambda line: (line.name, line.before)))
