"""What is known already, as a register is compared with it: plain copies of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Value = str | int | bool | date | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that differs; `kept` where the subject's own edit wins over the register."""

    field: str
    old: Value
    new: Value
    kept: bool = False


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """A stored certificate."""

    id: int
    stars: int | None
    decision_no: str | None
    issuer: str | None
    issuer_level: str | None
    issued_on: date | None
    issued_precision: str | None
    expires_on: date | None
    expires_from: str | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A stored product with its certificates, oldest first."""

    id: int
    name: str
    group: str | None
    set: str | None
    note: str | None
    in_register: bool
    certificates: tuple[KnownCertificate, ...]


@dataclass(frozen=True, slots=True)
class KnownExhibitor:
    """A stored exhibitor; `phones` holds the first and the other numbers.

    `contact_is_own`: the subject itself edited its contact data. `in_register`: a register has
    named it before.
    """

    id: int
    name: str
    kind: str
    tax_code: str | None
    tax_code_kind: str | None
    representative: str | None
    honorific: str | None
    representative_title: str | None
    phones: tuple[str, ...]
    email: str | None
    address: str | None
    unit_old: str | None
    unit_new: str | None
    contact_is_own: bool
    in_register: bool
    products: tuple[KnownProduct, ...]

    def value(self, field: str) -> Value:
        """Return the value of a column of the exhibitor."""
        if field == "phone":
            return self.phones[0] if self.phones else None
        if field == "other_phones":
            return ", ".join(self.phones[1:]) or None
        value: Value = getattr(self, field)
        return value
