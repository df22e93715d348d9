"""A fair's own rules of assignment as data: read, checked, and said in words before they bite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tgfair.core.allocation.problem import Weights
from tgfair.core.errors import InvalidError
from tgfair.core.layout.booth_types import BOOTH_TYPES, type_name
from tgfair.core.names import GROUP_NAMES, group_names

MOST_POINTS = 1000
MOST_BOOTHS = 50


@dataclass(frozen=True, slots=True)
class Circle:
    """Applications that have something in common: one owner, or one cooperative."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What a fair adds to its zones and booths. Applications by code, booths by plan object.

    Caps count booths; `None` leaves the number asked for as the only limit. `kind_groups` says
    which product groups a type of booth takes; a type that is not there takes all.
    """

    weights: Weights = field(default_factory=Weights)
    cap_per_subject: int | None = None
    cap_per_owner: int | None = None
    kind_groups: tuple[tuple[str, frozenset[str]], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    owners: tuple[Circle, ...] = ()
    cooperatives: tuple[Circle, ...] = ()
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


def rulebook_as_json(book: Rulebook) -> dict[str, Any]:
    """Return the rules ready for `json.dumps`."""
    weights = {one.name: getattr(book.weights, one.name) for one in fields(Weights)}
    return {
        "weights": weights | {"wishes": list(book.weights.wishes)},
        "cap_per_subject": book.cap_per_subject,
        "cap_per_owner": book.cap_per_owner,
        "kind_groups": {kind: sorted(groups) for kind, groups in book.kind_groups},
        "apart": [list(pair) for pair in book.apart],
        "owners": [{"name": one.name, "members": list(one.members)} for one in book.owners],
        "cooperatives": [
            {"name": one.name, "members": list(one.members)} for one in book.cooperatives
        ],
        "good": list(book.good),
        "bad": list(book.bad),
    }


def rulebook_from_json(data: Mapping[str, Any]) -> Rulebook:
    """Return the rules that `rulebook_as_json` wrote; what is missing is as usual."""
    typed = dict(data.get("weights", {}))
    if "wishes" in typed:
        typed["wishes"] = tuple(typed["wishes"])
    return Rulebook(
        weights=replace(Weights(), **typed),
        cap_per_subject=data.get("cap_per_subject"),
        cap_per_owner=data.get("cap_per_owner"),
        kind_groups=tuple(sorted(accepted_by_type(data).items())),
        apart=tuple((one, other) for one, other in data.get("apart", ())),
        owners=tuple(_circles(data.get("owners", ()))),
        cooperatives=tuple(_circles(data.get("cooperatives", ()))),
        good=tuple(data.get("good", ())),
        bad=tuple(data.get("bad", ())),
    )


def accepted_by_type(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the groups that each type of booth takes, of the types that do not take all.

    `data` is what `rulebook_as_json` wrote; for those who ask booth by booth.
    """
    return {kind: frozenset(groups) for kind, groups in data.get("kind_groups", {}).items()}


def _circles(data: Iterable[Mapping[str, Any]]) -> Iterable[Circle]:
    return (Circle(one["name"], tuple(one["members"])) for one in data)


def lasting_rules(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the next fair takes over: points, caps, types, places; not who is near whom."""
    book = rulebook_from_json(data)
    return rulebook_as_json(replace(book, apart=(), owners=(), cooperatives=()))


def check_rulebook(book: Rulebook) -> None:
    """Refuse rules that mean nothing.

    Raises:
        InvalidError: points or caps out of range, a later wish counts more than an earlier one,
            a type of booth that takes nobody, somebody is to stand apart from themselves, or a
            booth is a better and a poorer place.
    """
    weights = book.weights
    numbers = [getattr(weights, one.name) for one in fields(Weights) if one.name != "wishes"]
    if any(not 0 <= one <= MOST_POINTS for one in (*numbers, *weights.wishes)):
        raise InvalidError(f"Điểm từ 0 đến {MOST_POINTS}.", field="weights")
    if list(weights.wishes) != sorted(weights.wishes, reverse=True):
        raise InvalidError("Nguyện vọng trước phải có điểm không thấp hơn nguyện vọng sau.")
    for cap in (book.cap_per_subject, book.cap_per_owner):
        if cap is not None and not 1 <= cap <= MOST_BOOTHS:
            raise InvalidError(f"Số gian nhiều nhất từ 1 đến {MOST_BOOTHS}.", field="caps")
    for kind, groups in book.kind_groups:
        if kind not in BOOTH_TYPES or not groups or not groups <= GROUP_NAMES.keys():
            sentence = f"{type_name(kind)}: hãy chọn ít nhất một nhóm sản phẩm trong danh sách."
            raise InvalidError(sentence, field=f"kind_{kind}")
    if any(one == other for one, other in book.apart):
        raise InvalidError("Một cơ sở không thể đứng cách xa chính mình.", field="apart")
    if {*book.good} & {*book.bad}:
        sentence = "Có gian vừa ghi ở chỗ đông khách vừa ghi ở chỗ vắng. Hãy bỏ ở một bên."
        raise InvalidError(sentence, field="bad")


def said_as_rules(book: Rulebook) -> tuple[str, ...]:
    """Return the hard rules of every fair and of this one, a sentence each."""
    lines = [
        "Mỗi gian chỉ có một cơ sở; gian không dùng thì không xếp.",
        "Khu phải nhận loại cơ sở và mọi nhóm sản phẩm của cơ sở.",
        *_said_of_types(book),
        "Gian phải đủ điện, nước, chỗ đặt tủ mát, được đun nấu, đủ rộng như cơ sở đã ghi cần.",
        "Cơ sở xin nhiều gian được các gian liền nhau trong một dãy, hoặc chưa được gian nào.",
        "Tổng điện của các cơ sở trong một khu không vượt nguồn điện của khu.",
    ]
    if book.cap_per_subject is not None:
        lines.append(f"Mỗi cơ sở nhiều nhất {book.cap_per_subject} gian.")
    if book.cap_per_owner is not None:
        lines.append(f"Các cơ sở cùng một chủ có nhiều nhất {book.cap_per_owner} gian tất cả.")
    if book.apart:
        lines.append(f"{len(book.apart)} cặp cơ sở có lý do thì không đứng cạnh nhau.")
    lines.append("Gian cơ sở tự chọn, được mời nhận hoặc bốc thăm được thì giữ nguyên.")
    lines.append("Gian đã công bố chỉ đổi khi có lý do ghi lại, và cả hai bên được báo.")
    return tuple(lines)


def _said_of_types(book: Rulebook) -> tuple[str, ...]:
    accepted = dict(book.kind_groups)
    return tuple(
        f"{name} chỉ nhận nhóm {group_names(accepted[kind])}."
        for kind, name in BOOTH_TYPES.items()
        if kind in accepted
    )


def said_as_goals(book: Rulebook) -> tuple[str, ...]:
    """Return the goals in their order, with their points, a sentence each."""
    weights = book.weights
    wishes = ", ".join(
        f"nguyện vọng {rank} được {points}" for rank, points in enumerate(weights.wishes, start=1)
    )
    return (
        "Trước hết: nhiều cơ sở có gian nhất.",
        f"Sau đó: tổng điểm nguyện vọng cao nhất ({wishes} điểm).",
        f"Rồi đến hàng xóm, cộng trừ điểm: {_said_of_neighbours(weights)}.",
    )


def _said_of_neighbours(weights: Weights) -> str:
    words = (
        (weights.same_group, "hai gian cạnh nhau cùng nhóm sản phẩm: cộng"),
        (weights.cooperative, "hai thành viên một hợp tác xã cạnh nhau: cộng"),
        (weights.same_product, "hai gian cạnh nhau bán cùng một loại sản phẩm: trừ"),
        (weights.magnets, f"hai cơ sở từ {weights.magnet_stars} sao trở lên cạnh nhau: trừ"),
        (weights.communes, "một xã có nhiều gian ở chỗ đông khách: trừ"),
        (weights.last_year, "cơ sở lần trước ở chỗ vắng nay được chỗ đông khách: cộng"),
        (
            weights.corner,
            f"hợp tác xã có từ {weights.many_products} sản phẩm được gian góc: cộng",
        ),
    )
    return "; ".join(f"{text} {points}" for points, text in words if points) or "không tính"
