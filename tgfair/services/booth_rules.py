"""A fair's own rules of assignment: weights, caps, types, who is near whom, good and poor places.

They are data, shown to everybody in words, and belong to the fair (`Fair.booth_rules`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.allocation.problem import Weights
from tgfair.core.allocation.rulebook import (
    Circle,
    Rulebook,
    check_rulebook,
    rulebook_as_json,
    rulebook_from_json,
    said_as_goals,
    said_as_rules,
)
from tgfair.core.errors import InvalidError
from tgfair.core.layout.booth_types import type_of
from tgfair.core.names import GROUP_NAMES
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.uow import check_seen, find, reader, transaction

MOST_TEXT = 4000
CHANGED = "fair.booth_rules"


@dataclass(frozen=True)
class TypedRules:
    """The rules as an officer types them: points, caps, and lists of codes in lines of text.

    `apart`: two codes of applications a line. `owners`, `cooperatives`: "name: code, code" a line.
    `good`, `bad`: labels of booths, parted by commas or spaces. `kind_groups`: product groups by
    type of booth; none and all both mean that the type takes everybody.
    """

    weights: Weights
    cap_per_subject: int | None
    cap_per_owner: int | None
    kind_groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    apart: str = ""
    owners: str = ""
    cooperatives: str = ""
    good: str = ""
    bad: str = ""


def booth_rules(fair: Fair) -> Rulebook:
    """Return the fair's rules; what was never set is as usual."""
    return rulebook_from_json(fair.booth_rules)


def booth_types(actor: Actor, fair: Fair) -> Counter[str]:
    """Return how many booths of each type the fair has."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    tags = reader().scalars(select(Booth.tags).where(Booth.fair_id == fair.id))
    return Counter(map(type_of, tags))


def typed_rules(actor: Actor, fair_id: int) -> TypedRules:
    """Return the rules as text for a form."""
    session = reader()
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.ASSIGN_BOOTHS, fair)
    book = booth_rules(fair)
    labels = {key: label for label, key in _booth_ids(session, fair.id).items()}
    return TypedRules(
        weights=book.weights,
        cap_per_subject=book.cap_per_subject,
        cap_per_owner=book.cap_per_owner,
        kind_groups={kind: sorted(groups) for kind, groups in book.kind_groups},
        apart="\n".join(", ".join(pair) for pair in book.apart),
        owners=_as_lines(book.owners),
        cooperatives=_as_lines(book.cooperatives),
        good=", ".join(sorted(labels[key] for key in book.good if key in labels)),
        bad=", ".join(sorted(labels[key] for key in book.bad if key in labels)),
    )


def set_booth_rules(
    actor: Actor, fair_id: int, typed: TypedRules, *, seen_version: int, now: datetime
) -> None:
    """Change the rules; plans found before keep theirs and are marked as of older rules.

    Raises:
        InvalidError: points or caps out of range, or an unknown application or booth.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.ASSIGN_BOOTHS, fair)
        check_seen(fair, seen_version)
        book = _read(typed, _codes(session, fair.id), _booth_ids(session, fair.id))
        check_rulebook(book)
        before = booth_rules(fair)
        fair.booth_rules = rulebook_as_json(book)
        record(
            session,
            actor,
            CHANGED,
            fair,
            now=now,
            fair_id=fair.id,
            # In words as everybody could read them, for the minutes of what was decided by them.
            rules=said_as_rules(before),
            goals=said_as_goals(before),
        )


def _codes(session: Session, fair_id: int) -> set[str]:
    return {*session.scalars(select(Application.code).where(Application.fair_id == fair_id))}


def _booth_ids(session: Session, fair_id: int) -> dict[str, str]:
    rows = session.execute(
        select(Booth.label, Booth.plan_object_id).where(Booth.fair_id == fair_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _read(typed: TypedRules, codes: set[str], booths: Mapping[str, str]) -> Rulebook:
    return Rulebook(
        weights=typed.weights,
        cap_per_subject=typed.cap_per_subject,
        cap_per_owner=typed.cap_per_owner,
        kind_groups=tuple(_accepted(typed.kind_groups)),
        apart=tuple(_pairs(_text(typed.apart, "apart"), codes)),
        owners=tuple(_circles(_text(typed.owners, "owners"), codes, "owners")),
        cooperatives=tuple(
            _circles(_text(typed.cooperatives, "cooperatives"), codes, "cooperatives")
        ),
        good=tuple(_places(_text(typed.good, "good"), booths, "good")),
        bad=tuple(_places(_text(typed.bad, "bad"), booths, "bad")),
    )


def _accepted(typed: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, frozenset[str]]]:
    for kind, groups in sorted(typed.items()):
        if groups and not GROUP_NAMES.keys() <= set(groups):
            yield kind, frozenset(groups)


def _text(text: str, field: str) -> str:
    if len(text) > MOST_TEXT:
        raise InvalidError(f"Danh sách dài quá {MOST_TEXT} chữ. Hãy rút gọn.", field=field)
    return "\n".join(check_text(line, field=field) for line in text.splitlines())


def _words(text: str) -> list[str]:
    return text.upper().replace(",", " ").replace(";", " ").split()


def _known(words: Iterable[str], codes: set[str], field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(words))
    missing = [word for word in found if word not in codes]
    if missing:
        raise InvalidError(f"Sự kiện này không có hồ sơ {missing[0]}.", field=field)
    return found


def _pairs(text: str, codes: set[str]) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        pair = _known(_words(line), codes, "apart")
        if len(pair) not in {0, 2}:
            raise InvalidError("Mỗi dòng ghi đúng hai mã hồ sơ khác nhau.", field="apart")
        if pair:
            yield pair[0], pair[1]


def _circles(text: str, codes: set[str], field: str) -> Iterable[Circle]:
    for line in filter(None, text.splitlines()):
        name, colon, rest = line.partition(":")
        if not colon or not name.strip():
            raise InvalidError(
                "Mỗi dòng ghi tên nhóm, dấu hai chấm, rồi các mã hồ sơ.", field=field
            )
        yield Circle(name.strip()[:80], _known(_words(rest), codes, field))


def _places(text: str, booths: Mapping[str, str], field: str) -> Iterable[str]:
    for label in dict.fromkeys(_words(text)):
        if label not in booths:
            raise InvalidError(f"Sơ đồ không có gian {label}.", field=field)
        yield booths[label]


def _as_lines(circles: Iterable[Circle]) -> str:
    return "\n".join(f"{one.name}: {', '.join(one.members)}" for one in circles)
