"""What is known already is not asked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tgfair.core.application.check import MAX_FASCIA
from tgfair.core.application.model import Answer, OfferedProduct
from tgfair.core.application.steps import Step
from tgfair.core.phone import display_phone

# Legal forms as they are shortened on signs; the longest first.
_SHORTER = (
    ("Liên hiệp hợp tác xã", "LHHTX"),
    ("Công ty trách nhiệm hữu hạn", "Công ty TNHH"),
    ("Công ty cổ phần", "Công ty CP"),
    ("Doanh nghiệp tư nhân", "DNTN"),
    ("Hợp tác xã", "HTX"),
    ("Hộ kinh doanh", "HKD"),
    ("Tổ hợp tác", "THT"),
)


def fascia_proposal(name: str) -> str:
    """Return a name that fits on the sign: the legal form shortened, then whole words cut off."""
    for long, shorter in _SHORTER:
        if len(name) > MAX_FASCIA and name.lower().startswith(long.lower()):
            name = shorter + name[len(long) :]
    while len(name) > MAX_FASCIA and " " in name:
        name = name.rpartition(" ")[0]
    return name[:MAX_FASCIA]


def first_answers(
    *,
    name: str,
    representative: str | None,
    phone: str | None,
    email: str | None,
    products: Sequence[OfferedProduct],
    last_day: date,
) -> dict[str, dict[str, Answer]]:
    """Return the answers of a new draft: contact as on record, valid products ticked."""
    contact = {
        "name": representative or "",
        "phone": display_phone(phone) if phone else "",
        "email": email or "",
    }
    return {
        Step.CONTACT: {field: value for field, value in contact.items() if value},
        Step.PRODUCTS: {
            "product": [product.key for product in products if product.holds_on(last_day)]
        },
        Step.BOOTH: {"booths": "1", "fascia": fascia_proposal(name)},
        Step.PEOPLE: {},
    }
