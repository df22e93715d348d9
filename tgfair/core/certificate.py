"""OCOP certificates: 36 months from the issue (Decision 148/QĐ-TTg), and their state on a day."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum

VALIDITY_MONTHS = 36
EXPIRING_WITHIN_DAYS = 90

_MONTHS_IN_YEAR = 12


class CertificateState(StrEnum):
    """What a certificate is worth on a given day."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the month's last day where there is none.

    29/02/2024 + 36 months is 28/02/2027.
    """
    years, month = divmod(day.month - 1 + months, _MONTHS_IN_YEAR)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def expiry_of(issued_on: date) -> date:
    """Return the last day a certificate issued on `issued_on` is valid."""
    return add_months(issued_on, VALIDITY_MONTHS)


def certificate_state(
    expires_on: date | None, *, revoked: bool, on: date
) -> CertificateState | None:
    """Return the state on the day `on`, or None where the end is unknown.

    `expiring` means valid, and ending within 90 days.
    """
    if revoked:
        return CertificateState.REVOKED
    if expires_on is None:
        return None
    if expires_on < on:
        return CertificateState.EXPIRED
    if expires_on - on <= timedelta(days=EXPIRING_WITHIN_DAYS):
        return CertificateState.EXPIRING
    return CertificateState.VALID
