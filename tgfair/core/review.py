"""What an officer should know before deciding on an application: plain facts in, findings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tgfair.core.calendar_text import vn_date
from tgfair.core.certificate import certificate_state
from tgfair.core.layout.suitability import BoothFacts, Needs, ZoneFacts, unsuitable_reasons


class Tone(StrEnum):
    """How a finding stands: nothing to do, look at it, speaks against approving."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One finding; `code` is certificate, papers, duplicate, wishes, booths or needs."""

    code: str
    tone: Tone
    sentence: str


@dataclass(frozen=True)
class ProductFacts:
    """A product as it was sent; `today` is its certificate in the register now, when known."""

    name: str
    group: str | None = None
    sent_state: str | None = None
    expires_on: date | None = None
    today: str | None = None

    def state_on(self, day: date) -> str:
        """Return valid, expiring, expired, revoked, unknown or none on a day.

        Computed afresh, since a fair's days may change after an application was sent.
        """
        if self.sent_state in {"revoked", "none"}:
            return self.sent_state
        found = certificate_state(self.expires_on, revoked=self.today == "revoked", on=day)
        return found or "unknown"


@dataclass(frozen=True)
class Twin:
    """Somebody who may be the same subject; `how` is tax_code, phone or name."""

    name: str
    how: str
    code: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known about an application and its fair."""

    first_day: date
    last_day: date
    products: tuple[ProductFacts, ...]
    needs: Needs
    booths_wanted: int = 1
    max_booths: int = 4
    wishes: tuple[str, ...] = ()
    # Zones of the fair by code; booths of its plan.
    zones: Mapping[str, ZoneFacts] | None = None
    booths: Sequence[BoothFacts] = ()
    missing_papers: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()


HOLDS: Final = frozenset({"valid", "expiring"})
_SAME: Final = {"tax_code": "cùng mã số thuế", "phone": "cùng số điện thoại", "name": "cùng tên"}
_STATES: Final = {
    "revoked": "chứng nhận đã bị thu hồi",
    "none": "chưa có chứng nhận OCOP",
    "unknown": "chưa rõ ngày hết hạn chứng nhận",
}
_NEEDS: Final = {
    "booth_kind": "loại gian nhận nhóm sản phẩm này",
    "power": "đủ điện",
    "water": "có nước",
    "cooling": "chỗ cho tủ mát, tủ đông",
    "cooking": "được đun nấu",
    "size": "đủ rộng",
}


def checks_of(facts: Facts) -> tuple[Check, ...]:
    """Return all findings in a fixed order, at least one for each subject.

    Certificates count on the fair's last day, product by product (domain.md, fact 5).
    """
    return (
        *_certificates(facts),
        *_papers(facts),
        *_twins(facts),
        *_wishes(facts),
        *_booths(facts),
        *_needs(facts),
    )


def certificate_problem(products: Sequence[ProductFacts], last_day: date) -> str:
    """Return the worst certificate on the last day: revoked, expired, unknown, none, or nothing.

    A subject with at least one product whose certificate holds may still have a problem.
    """
    states = {product.state_on(last_day) for product in products}
    return next((one for one in ("revoked", "expired", "unknown", "none") if one in states), "")


def _certificates(facts: Facts) -> list[Check]:
    if not facts.products:
        return [Check("certificate", Tone.BAD, "Chưa có sản phẩm nào.")]
    return [_certificate(product, facts) for product in facts.products]


def _certificate(product: ProductFacts, facts: Facts) -> Check:
    state = product.state_on(facts.last_day)
    until = vn_date(product.expires_on) if product.expires_on else ""
    if state == "expired":
        begins = product.state_on(facts.first_day) in HOLDS
        when = "giữa sự kiện" if begins else "trước sự kiện"
        return _about(product, Tone.BAD, f"chứng nhận hết hạn {until}, {when}")
    if state == "expiring":
        return _about(product, Tone.GOOD, f"chứng nhận còn đến {until}, sắp hết hạn")
    if state in HOLDS:
        return _about(product, Tone.GOOD, f"chứng nhận còn đến {until}")
    return _about(product, Tone.BAD if state == "revoked" else Tone.WARN, _STATES[state])


def _about(product: ProductFacts, tone: Tone, words: str) -> Check:
    return Check("certificate", tone, f"{product.name}: {words}.")


def _papers(facts: Facts) -> list[Check]:
    if facts.missing_papers:
        return [Check("papers", Tone.WARN, f"Còn thiếu: {', '.join(facts.missing_papers)}.")]
    return [Check("papers", Tone.GOOD, "Đủ ảnh và giấy tờ cần có.")]


def _twins(facts: Facts) -> list[Check]:
    found = [
        Check("duplicate", Tone.WARN, f"Có thể trùng với {_named(twin)}: {_SAME[twin.how]}.")
        for twin in facts.twins
    ]
    return found or [Check("duplicate", Tone.GOOD, "Không thấy cơ sở nào trùng.")]


def _named(twin: Twin) -> str:
    return f"{twin.name} (hồ sơ {twin.code})" if twin.code else twin.name


def _wishes(facts: Facts) -> list[Check]:
    zones = facts.zones or {}
    against = {code: _refusals(facts.needs, zone) for code, zone in zones.items()}
    if zones and all(against.values()):
        return [Check("wishes", Tone.BAD, "Không khu nào của sự kiện nhận các sản phẩm này.")]
    gone = [code for code in facts.wishes if code not in zones]
    found = [Check("wishes", Tone.WARN, f"Khu {code} không còn trên sơ đồ.") for code in gone]
    for code in facts.wishes:
        found += [Check("wishes", Tone.WARN, sentence) for sentence in against.get(code, ())]
    words = "Khu đã chọn nhận các sản phẩm này." if facts.wishes else "Không chọn khu nào."
    return found or [Check("wishes", Tone.GOOD, words)]


def _refusals(needs: Needs, zone: ZoneFacts) -> list[str]:
    """Return why a zone does not take the subject, whatever its booths are like."""
    anything = BoothFacts(
        "", needs.power_w, True, frozenset({"cooling", "cooking"}), needs.min_area
    )
    return [reason.sentence for reason in unsuitable_reasons(needs, anything, zone)]


def _booths(facts: Facts) -> list[Check]:
    if facts.booths_wanted > facts.max_booths:
        sentence = f"Xin {facts.booths_wanted} gian, nhiều hơn mức {facts.max_booths} gian."
        return [Check("booths", Tone.BAD, sentence)]
    return [Check("booths", Tone.GOOD, f"Xin {facts.booths_wanted} gian, trong mức cho phép.")]


def _needs(facts: Facts) -> list[Check]:
    if not facts.booths:
        return [Check("needs", Tone.WARN, "Chưa có sơ đồ nên chưa kiểm được điện, nước.")]
    missing = [_lacking(facts.needs, booth) for booth in set(facts.booths)]
    if all(missing):
        nearest = min(missing, key=lambda codes: (len(codes), codes))
        words = ", ".join(_NEEDS[code] for code in nearest)
        return [Check("needs", Tone.BAD, f"Không gian nào đáp ứng được: cần {words}.")]
    return [Check("needs", Tone.GOOD, "Có gian đáp ứng được nhu cầu.")]


def _lacking(needs: Needs, booth: BoothFacts) -> list[str]:
    return [reason.code for reason in unsuitable_reasons(needs, booth, ZoneFacts(""))]


@dataclass(frozen=True)
class Difference:
    """A field that is not what it was."""

    label: str
    before: str
    after: str


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return the fields whose words changed, in the order of `after`, then those that are gone."""
    labels = [*after, *(label for label in before if label not in after)]
    return tuple(
        Difference(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    )
