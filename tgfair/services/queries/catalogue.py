"""What visitors may read: an allow-list of columns, from the published version only.

Drafts, contact data and everything undecided stay out by construction (reliability.md, T4 and T20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tgfair.core.search import matches, query_words
from tgfair.core.vietnamese import fold
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.services.queries.booths import BoothView, Holder, ShownProduct, published_booths
from tgfair.services.uow import reader


@dataclass(frozen=True)
class Stand:
    """One exhibitor at one booth, as a visitor sees it."""

    booth: str
    zone_code: str
    zone: str
    name: str
    exhibitor: str
    description: str
    commune: str | None
    phone: str | None
    products: tuple[ShownProduct, ...]
    search: str

    @property
    def stars(self) -> int:
        """Return the most stars of its products; 0 without any."""
        return max((product.stars or 0 for product in self.products), default=0)


@dataclass(frozen=True)
class Wanted:
    """What a visitor looks for."""

    q: str = ""
    group: str = ""
    stars: str = ""
    zone: str = ""


def stands(fair: Fair) -> list[Stand]:
    """Return everybody who stands at the fair by the published version, booth by booth."""
    booths = published_booths(fair.id)
    names = [holder.exhibitor_public_id for booth in booths for holder in booth.holders]
    published = _published_contact(names)
    return [
        _stand(booth, holder, *published[holder.exhibitor_public_id])
        for booth in booths
        for holder in booth.holders
    ]


def _published_contact(public_ids: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
    """Return (commune, phone) by exhibitor; the phone only where it may be published."""
    rows = reader().execute(
        select(
            Exhibitor.public_id, Exhibitor.unit_new, Exhibitor.phone, Exhibitor.publish_phone
        ).where(Exhibitor.public_id.in_(public_ids))
    )
    return {row[0]: (row[1], row[2] if row[3] else None) for row in rows}


def _stand(booth: BoothView, holder: Holder, commune: str | None, phone: str | None) -> Stand:
    words = [booth.label, holder.shown_name, holder.exhibitor, holder.description]
    words += [product.name for product in holder.products]
    return Stand(
        booth=booth.label,
        zone_code=booth.zone_code,
        zone=booth.zone_label,
        name=holder.shown_name,
        exhibitor=holder.exhibitor,
        description=holder.description,
        commune=commune,
        phone=phone,
        products=holder.products,
        search=fold(" ".join(words)),
    )


def look_for(all_stands: Sequence[Stand], wanted: Wanted) -> list[Stand]:
    """Return the stands that fit; with a search, those that sell it by name come first."""
    words = query_words(wanted.q)
    found = [stand for stand in all_stands if _fits(stand, wanted) and matches(words, stand.search)]
    if not words:
        return found

    def rank(stand: Stand) -> tuple[bool, bool]:
        by_product = any(matches(words, fold(product.name)) for product in stand.products)
        return (not by_product, not matches(words, fold(stand.name)))

    return sorted(found, key=rank)


def _fits(stand: Stand, wanted: Wanted) -> bool:
    if wanted.zone and stand.zone_code != wanted.zone:
        return False
    if wanted.group and not any(p.group == wanted.group for p in stand.products):
        return False
    return not wanted.stars or any(str(p.stars) == wanted.stars for p in stand.products)
