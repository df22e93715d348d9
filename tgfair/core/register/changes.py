"""What a register would change in the data at hand: new subjects, old and new values.

Rules (design.md, rulings: Import): a cell that says nothing changes nothing. The register wins for
certificates and for what it alone knows; the subject's own edit wins for contact data, and the
difference is shown. Other spellings of one name (capitals, abbreviations) are no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tgfair.core.register.certificates import CertificateChange, plan_certificates
from tgfair.core.register.duplicates import join_subjects
from tgfair.core.register.identity import KnownSubject, expand_name, match_subjects
from tgfair.core.register.known import FieldChange, KnownExhibitor, KnownProduct, Value
from tgfair.core.register.model import Register, RegisterProduct, RegisterSubject
from tgfair.core.vietnamese import fold, spelling_key

OWN_CONTACT = frozenset(
    {"phone", "other_phones", "email", "representative", "honorific", "representative_title"}
)
MOST_PHONES = 6


@dataclass(frozen=True)
class ProductChange:
    """A product row against what is known; `known` is None for a new product.

    A new product whose name the subject has in an earlier row is that product again, with another
    certificate.
    """

    row: RegisterProduct
    known: KnownProduct | None
    fields: tuple[FieldChange, ...]
    certificate: CertificateChange | None

    @property
    def is_change(self) -> bool:
        """Whether applying it writes anything."""
        if self.known is None or not self.known.in_register:
            return True
        return bool(self.fields) or self.certificate is not None


@dataclass(frozen=True)
class SubjectChange:
    """A subject against what is known; `known` is None for a new one."""

    subject: RegisterSubject
    known: KnownExhibitor | None
    fields: tuple[FieldChange, ...]
    products: tuple[ProductChange, ...]

    @property
    def written(self) -> tuple[FieldChange, ...]:
        """The fields that applying it writes: all but those the subject's own edit keeps."""
        return tuple(change for change in self.fields if not change.kept)

    @property
    def is_change(self) -> bool:
        """Whether applying it writes anything."""
        if self.known is None or not self.known.in_register:
            return True
        return bool(self.written) or any(p.is_change for p in self.products)


@dataclass(frozen=True)
class RegisterChanges:
    """Everything a register would change.

    `matches` names the exhibitor (id) of each subject of the register that is known already;
    `proposals` are pairs of subject ids that may be one.
    """

    subjects: tuple[SubjectChange, ...]
    matches: Mapping[str, int]
    proposals: tuple[tuple[str, str], ...]


def plan_changes(register: Register, known: Iterable[KnownExhibitor]) -> RegisterChanges:
    """Compare a register with the exhibitors at hand; those named first win where two fit."""
    by_id = {exhibitor.id: exhibitor for exhibitor in known}
    found = match_subjects(register.subjects, [_identity(e) for e in by_id.values()])
    matches = {subject: int(ref) for subject, ref in found.items()}
    columns = {
        layout.sheet: frozenset(field for field in layout.columns.values() if field)
        for layout in register.sheets
    }
    return RegisterChanges(
        subjects=tuple(
            _subject_change(subject, by_id.get(matches.get(subject.id, 0)), columns)
            for subject in _together(register.subjects, matches)
        ),
        matches=matches,
        proposals=tuple(
            (subject.possible_duplicate_of, subject.id)
            for subject in register.subjects
            if subject.possible_duplicate_of
        ),
    )


def _identity(exhibitor: KnownExhibitor) -> KnownSubject:
    return KnownSubject(
        exhibitor.id,
        exhibitor.name,
        exhibitor.tax_code,
        exhibitor.phones,
        exhibitor.unit_old or exhibitor.unit_new or exhibitor.address,
    )


def _together(
    subjects: Iterable[RegisterSubject], matches: Mapping[str, int]
) -> list[RegisterSubject]:
    """Join the subjects that are one exhibitor (a person merged them), keeping the order."""
    found: dict[int | str, RegisterSubject] = {}
    for subject in subjects:
        key = matches.get(subject.id, subject.id)
        found[key] = join_subjects(found[key], subject) if key in found else subject
    return list(found.values())


def _subject_change(
    subject: RegisterSubject,
    known: KnownExhibitor | None,
    columns: Mapping[str, frozenset[str]],
) -> SubjectChange:
    return SubjectChange(
        subject,
        known,
        tuple(_fields(subject, known, columns[subject.sheet])) if known else (),
        _products(subject.products, known, columns),
    )


def subject_values(subject: RegisterSubject) -> dict[str, Value]:
    """Return the columns of an exhibitor as the register has them."""
    return {
        "name": subject.name,
        "kind": subject.kind,
        "tax_code": subject.tax_code,
        "tax_code_kind": subject.tax_code_kind,
        "representative": subject.representative,
        "honorific": subject.honorific,
        "representative_title": subject.representative_title,
        "phone": subject.phones[0] if subject.phones else None,
        "other_phones": ", ".join(subject.phones[1:MOST_PHONES]) or None,
        "email": subject.email,
        "address": subject.address,
        "unit_old": subject.unit_old,
        "unit_new": subject.unit_new,
    }


def _fields(
    subject: RegisterSubject, known: KnownExhibitor, columns: frozenset[str]
) -> list[FieldChange]:
    new = subject_values(subject)
    fields = {field for field, value in new.items() if value is not None}
    if known.kind != "other" and ("kind" not in columns or subject.kind == "other"):
        fields.discard("kind")
    if same_name(known.name, subject.name):
        fields.discard("name")
    if subject.phones and set(subject.phones[:MOST_PHONES]) == set(known.phones):
        fields -= {"phone", "other_phones"}
    elif subject.phones:
        fields.add("other_phones")
    if subject.representative and _differs(known.representative, subject.representative):
        fields |= {"honorific", "representative_title"}  # those of another person
    return [
        FieldChange(field, old, value, kept=_is_kept(known, field, old))
        for field, value in new.items()
        if field in fields and _differs(old := known.value(field), value)
    ]


def same_name(first: str, second: str) -> bool:
    """Tell whether two names differ by capitals, the place of a tone mark or abbreviations only."""
    if spelling_key(first) == spelling_key(second):
        return True
    return fold(first) != fold(second) and expand_name(first) == expand_name(second)


def _differs(old: Value, new: Value) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return spelling_key(old) != spelling_key(new)
    return old != new


def _is_kept(known: KnownExhibitor, field: str, old: Value) -> bool:
    return known.contact_is_own and field in OWN_CONTACT and old is not None


def _products(
    rows: tuple[RegisterProduct, ...],
    known: KnownExhibitor | None,
    columns: Mapping[str, frozenset[str]],
) -> tuple[ProductChange, ...]:
    stored: dict[str, list[KnownProduct]] = {}
    for product in known.products if known else ():
        stored.setdefault(spelling_key(product.name), []).append(product)
    chosen = [_same_product(row, stored.get(spelling_key(row.name), [])) for row in rows]
    certificates = plan_certificates(rows, chosen, columns)
    return tuple(
        ProductChange(row, product, tuple(_product_fields(row, product)), certificate)
        for row, product, certificate in zip(rows, chosen, certificates, strict=True)
    )


def _same_product(row: RegisterProduct, candidates: list[KnownProduct]) -> KnownProduct | None:
    """Prefer the product that holds this very certificate."""
    holding = [
        product
        for product in candidates
        if any(c.decision_no == row.decision_no for c in product.certificates)
    ]
    return next(iter(holding + candidates), None)


def _product_fields(row: RegisterProduct, known: KnownProduct | None) -> list[FieldChange]:
    if known is None:
        return []
    changes: list[FieldChange] = []
    if row.group and row.group != known.group:
        changes.append(FieldChange("group", known.group, row.group))
        if row.set != known.set:
            changes.append(FieldChange("set", known.set, row.set))
    elif row.set and row.set != known.set:
        changes.append(FieldChange("set", known.set, row.set))
    if row.note and row.note != known.note:
        changes.append(FieldChange("note", known.note, row.note))
    return changes
