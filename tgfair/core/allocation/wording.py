"""Say what `verify` found, for the list before publishing."""

from __future__ import annotations

from tgfair.core.allocation.problem import Problem
from tgfair.core.allocation.verify import Violation
from tgfair.core.layout.booth_types import type_name

# {who} are the applications concerned, {booths} the booths, {zone} the zone, {type} the first
# booth's, {pin} those that the first application has to have.
SENTENCES = {
    "named_twice": "{who} có hai dòng trong phương án.",
    "not_accounted_for": "{who} không có trong phương án.",
    "no_reason": "{who} chưa có gian và chưa ghi vì sao.",
    "booth_twice": "Gian {booths} xếp cho hai cơ sở.",
    "pin": "{who} không ở đúng gian đã ghim{pin}.",
    "blocked": "{who} ở gian {booths}, gian này không dùng.",
    "zone_kind": "Khu của gian {booths} không dành cho loại cơ sở như {who}.",
    "product_group": "Khu của gian {booths} không nhận nhóm sản phẩm của {who}.",
    "booth_kind": "Gian {booths} là {type}, không nhận nhóm sản phẩm của {who}.",
    "kind_asked": "Gian {booths} không đúng loại {who} xin.",
    "power": "Gian {booths} không đủ điện cho {who}.",
    "water": "Gian {booths} không có nước cho {who}.",
    "cooling": "Gian {booths} không có chỗ đặt tủ mát, tủ đông cho {who}.",
    "cooking": "Gian {booths} không được đun nấu như {who} cần.",
    "size": "Gian {booths} nhỏ hơn {who} cần.",
    "not_in_one_row": "Các gian của {who} không đủ số hoặc không liền nhau.",
    "feed": "Nguồn điện khu {zone} không đủ cho tất cả cơ sở ở đó.",
    "cap_subject": "{who} có nhiều gian hơn thể lệ cho một cơ sở.",
    "cap_owner": "Nhóm cùng chủ của {who} có nhiều gian hơn thể lệ cho.",
    "apart": "{who} không được đứng cạnh nhau.",
    "required": "{who} phải có gian nhưng chưa có.",
    "could_be_placed": "{who} chưa có gian dù gian {booths} còn trống và hợp.",
    "score": "Điểm ghi trong phương án không đúng.",
    "bound": "Điểm ghi trong phương án cao hơn mức cao nhất có thể.",
    "wish": "Nguyện vọng ghi cho {who} không đúng.",
}


def sentence_of(problem: Problem, violation: Violation) -> str:
    """Return what is wrong in one sentence."""
    names = {applicant.id: applicant.name for applicant in problem.applicants}
    labels = {booth.id: booth.label for booth in problem.booths}
    types = {booth.id: type_name(booth.kind).lower() for booth in problem.booths}
    zones = {zone.code: zone.label for zone in problem.zones}
    booths = violation.subjects if violation.code == "booth_twice" else violation.subjects[1:]
    first = violation.subjects[0]
    pin = next((one.booths for one in problem.pins if one.applicant == first), ())
    others = [names[one] for one in violation.subjects[1:] if one in names]
    return SENTENCES[violation.code].format(
        who=" và ".join([names.get(first, first), *others]),
        booths=", ".join(labels[one] for one in booths if one in labels),
        zone=zones.get(first, first),
        pin=f" ({', '.join(labels[one] for one in pin)})" if pin else "",
        type=next((types[one] for one in booths if one in types), ""),
    )
