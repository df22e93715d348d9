"""Compare the certificates in a register with those that are known: here the register wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tgfair.core.register.known import FieldChange, KnownCertificate, KnownProduct, Value
from tgfair.core.register.model import RegisterProduct

# Columns that say more about another column, and change with it.
_FOLLOWERS = {
    "issuer": "issuer_level",
    "issued_on": "issued_precision",
    "expires_on": "expires_from",
}


@dataclass(frozen=True, slots=True)
class CertificateChange:
    """A certificate to add (`known` is None) or to correct."""

    known: KnownCertificate | None
    fields: tuple[FieldChange, ...]


def certificate_values(row: RegisterProduct) -> dict[str, Value]:
    """Return the columns of a certificate as the register has them."""
    return {
        "stars": row.stars,
        "decision_no": row.decision_no,
        "issuer": row.issuer,
        "issuer_level": row.issuer_level,
        "issued_on": row.issued_on,
        "issued_precision": row.issued_precision,
        "expires_on": row.expires_on,
        "expires_from": row.expires_from,
        "revoked": row.revoked,
    }


def plan_certificates(
    rows: Sequence[RegisterProduct],
    products: Sequence[KnownProduct | None],
    columns: Mapping[str, frozenset[str]],
) -> list[CertificateChange | None]:
    """Return for each row of one subject what happens to its certificate, None for nothing.

    The same decision is the same certificate. Without it, the same day of issue is the same
    certificate with its number corrected; anything else is a new one beside the old. `columns`
    (sheet -> fields) tells what the register speaks of at all.
    """
    matches: list[KnownCertificate | None] = []
    taken: set[int] = set()
    for row, product in zip(rows, products, strict=True):
        exact = next((c for c in _free(product, taken) if _is_same(row, c)), None)
        matches.append(exact)
        taken |= {exact.id} if exact else set()
    plans: list[CertificateChange | None] = []
    for row, product, exact in zip(rows, products, matches, strict=True):
        known = exact or next((c for c in _free(product, taken) if _is_corrected(row, c)), None)
        taken |= {known.id} if known else set()
        plans.append(_plan(row, known, columns[row.sheet]))
    return plans


def _free(product: KnownProduct | None, taken: set[int]) -> list[KnownCertificate]:
    """Return the certificates that no other row has claimed, newest first."""
    known = product.certificates if product else ()
    return [certificate for certificate in reversed(known) if certificate.id not in taken]


def _is_same(row: RegisterProduct, known: KnownCertificate) -> bool:
    if row.decision_no != known.decision_no:
        return False
    if row.decision_no is not None:
        return True
    return None in {row.issued_on, known.issued_on} or row.issued_on == known.issued_on


def _is_corrected(row: RegisterProduct, known: KnownCertificate) -> bool:
    if row.decision_no is None or known.decision_no is None:
        return None in {row.issued_on, known.issued_on} or row.issued_on == known.issued_on
    return row.issued_on is not None and row.issued_on == known.issued_on


def _plan(
    row: RegisterProduct,
    known: KnownCertificate | None,
    columns: frozenset[str],
) -> CertificateChange | None:
    if known is not None:
        fields = tuple(_fields(row, known, columns))
        return CertificateChange(known, fields) if fields else None
    values = certificate_values(row)
    if not row.revoked and not any(values[f] for f in ("stars", "decision_no", "expires_on")):
        return None
    added = tuple(FieldChange(f, None, v) for f, v in values.items() if v not in {None, False})
    return CertificateChange(None, added)


def _fields(
    row: RegisterProduct, known: KnownCertificate, columns: frozenset[str]
) -> list[FieldChange]:
    changed = {
        field
        for field in ("stars", "decision_no", "issuer", "issued_on", "expires_on")
        if (value := getattr(row, field)) is not None and value != getattr(known, field)
    }
    came_from = (row.expires_from, known.expires_from)
    if came_from == ("computed", "cell") and "issued_on" not in changed:
        # The last day was read from a paper before; another file that leaves it out says nothing.
        changed.discard("expires_on")
    for field, follower in _FOLLOWERS.items():
        if field in changed and getattr(row, follower) != getattr(known, follower):
            changed.add(follower)
    if "note" in columns and row.revoked != known.revoked:
        changed.add("revoked")
    return [
        FieldChange(field, getattr(known, field), value)
        for field, value in certificate_values(row).items()
        if field in changed
    ]
