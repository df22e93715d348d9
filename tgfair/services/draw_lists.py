"""Put a draw's list together from what stands in the database, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import CompoundSelect, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tgfair.core.draw.feasibility import Applicant, Feasibility, ZoneOffer, share_out
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.assignment import OCCUPYING, Assignment, BoothShare
from tgfair.models.booth import Booth
from tgfair.models.draw import DrawMode
from tgfair.models.fair import Fair
from tgfair.services.suiting import facts_of, needs_of

ZONE_RULE = (
    "Mỗi hồ sơ bốc ở khu mong muốn đầu tiên mà mọi gian đều hợp nhu cầu; "
    "không có thì ở khu hợp đầu tiên theo mã khu."
)
SOURCE_RULE = (
    "Nếu nguồn không có số đúng giờ đã định thì lấy kỳ kế tiếp của cùng nguồn. "
    "Không bốc lại vì bất kỳ lý do nào khác."
)
LEAVING_RULE = "Cơ sở rút lui thì mời người kế tiếp trong danh sách chờ; lý do được ghi công khai."
CHANGE_RULE = (
    "Gian đã bốc chỉ đổi khi hai người của Ban Tổ chức cùng đồng ý; lý do được ghi công khai."
)
ASIDE = "Không bốc, Ban Tổ chức xếp riêng: "
RULES = (ZONE_RULE, SOURCE_RULE, LEAVING_RULE, CHANGE_RULE)
MODE_RULES = {
    DrawMode.BOOTHS: "Thăm số 1 nhận gian đầu tiên theo thứ tự bốc của gian, lần lượt đến hết; "
    "còn lại vào danh sách chờ theo số thăm.",
    DrawMode.ORDER: "Số thăm là thứ tự chọn gian trong khu: số nhỏ chọn trước.",
}


def feasibility(
    session: Session, fair: Fair, mode: DrawMode, zones: Collection[str]
) -> Feasibility:
    """Return who would draw for what: approved applications without a booth, free booths."""
    applications = session.scalars(
        select(Application)
        .where(
            Application.fair_id == fair.id,
            Application.state == State.APPROVED,
            Application.id.not_in(_placed(fair)),
        )
        .options(joinedload(Application.exhibitor), selectinload(Application.products))
    ).all()
    applicants = [
        Applicant(
            row.code,
            row.exhibitor.name,
            row.booths_wanted,
            tuple(row.wishes),
            needs_of(row),
        )
        for row in applications
    ]
    return share_out(
        _offers(free_booths(session, fair), zones), applicants, by_order=mode is DrawMode.ORDER
    )


def _placed(fair: Fair) -> CompoundSelect[int]:
    own = select(Assignment.application_id).where(
        Assignment.fair_id == fair.id, Assignment.state.in_(OCCUPYING)
    )
    shared = (
        select(BoothShare.application_id)
        .join(Assignment)
        .where(Assignment.fair_id == fair.id, Assignment.state.in_(OCCUPYING))
    )
    return own.union(shared)


def free_booths(session: Session, fair: Fair) -> Sequence[Booth]:
    """Return the fair's booths that nobody holds and that are in use, by label."""
    taken = select(Assignment.booth_id).where(
        Assignment.fair_id == fair.id, Assignment.state.in_(OCCUPYING)
    )
    return session.scalars(
        select(Booth)
        .where(Booth.fair_id == fair.id, Booth.blocked_reason.is_(None), Booth.id.not_in(taken))
        .options(joinedload(Booth.zone))
        .order_by(Booth.label)
    ).all()


def _offers(booths: Sequence[Booth], zones: Collection[str]) -> list[ZoneOffer]:
    by_zone: dict[str, list[Booth]] = {}
    for booth in booths:
        if booth.zone.code in zones:
            by_zone.setdefault(booth.zone.code, []).append(booth)
    return [
        ZoneOffer(code, facts_of(group[0])[1], tuple(facts_of(booth)[0] for booth in group))
        for code, group in by_zone.items()
    ]


def rules_text(mode: DrawMode, found: Feasibility) -> str:
    """Return the rules that are frozen with the list: one line each."""
    lines = [MODE_RULES[mode], *RULES]
    if mode is DrawMode.ORDER:
        lines += [
            f"Khu {zone.code} chọn trong các gian: {', '.join(zone.booths)}."
            for zone in found.zones
        ]
    if found.asides:
        codes = ", ".join(aside.code for aside in found.asides)
        lines.append(f"{ASIDE}{codes}.")
    return "\n".join(lines)


def is_aside(rules: str, code: str) -> bool:
    """Return whether the published rules of a list say that the application does not draw."""
    lines = [line for line in rules.splitlines() if line.startswith(ASIDE)]
    return any(code in line.removeprefix(ASIDE).rstrip(".").split(", ") for line in lines)
