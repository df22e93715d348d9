"""What the form is checked against, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tgfair.core.application.steps import Step
from tgfair.core.certificate import CertificateState, certificate_state

# What was typed, by step and field: text, or the list of ticked boxes. Valid or not.
Answer = str | list[str]
StepAnswers = Mapping[str, Answer]


@dataclass(frozen=True)
class Problem:
    """Something that must be mended before sending; `field` is also the field's id on the page."""

    step: Step
    field: str
    sentence: str


@dataclass(frozen=True)
class OfferedProduct:
    """A product on record, with the certificate that counts for it.

    `number` is the record's own, for whoever stores what was chosen; no rule looks at it.
    """

    key: str
    name: str
    group: str | None = None
    stars: int | None = None
    decision_no: str | None = None
    expires_on: date | None = None
    revoked: bool = False
    certified: bool = True
    number: int | None = None

    def state_on(self, day: date) -> str:
        """Return the certificate's state on `day`: a `CertificateState`, `unknown` or `none`."""
        if not self.certified:
            return "none"
        return certificate_state(self.expires_on, revoked=self.revoked, on=day) or "unknown"

    def holds_on(self, day: date) -> bool:
        """Tell whether the certificate is surely valid on `day`."""
        return self.state_on(day) in {CertificateState.VALID, CertificateState.EXPIRING}


@dataclass(frozen=True)
class Rules:
    """What a fair asks for. `zones`: (code, label) in the order of the plan."""

    last_day: date
    max_booths: int
    max_staff: int
    zones: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Contact:
    """Whom the organisers call; the phone in E.164."""

    name: str
    phone: str
    email: str | None


@dataclass(frozen=True)
class OtherProduct:
    """A product that is not on record."""

    name: str
    group: str | None


@dataclass(frozen=True)
class Products:
    """What will be shown."""

    chosen: tuple[OfferedProduct, ...]
    others: tuple[OtherProduct, ...]
    description: str | None


@dataclass(frozen=True)
class BoothNeeds:
    """Wishes (codes of zones, best first) and needs; power in watts."""

    booths: int
    wishes: tuple[str, ...]
    fascia: str
    power_w: int
    water: bool
    cooling: bool
    cooking: bool
    note: str | None


@dataclass(frozen=True)
class Person:
    """Somebody at the booth."""

    name: str
    phone: str | None


@dataclass(frozen=True)
class Checked:
    """Answers that can be sent."""

    contact: Contact
    products: Products
    booth: BoothNeeds
    people: tuple[Person, ...]
