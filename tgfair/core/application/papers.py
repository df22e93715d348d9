"""Which photos and papers a fair wants from an application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tgfair.core.application.model import OfferedProduct
from tgfair.core.application.steps import PAPER_LABELS

DEFAULT_WANTED = ("product_photo",)


@dataclass(frozen=True)
class Paper:
    """A paper that is wanted, and why; `required` ones are needed for sending."""

    kind: str
    required: bool = False
    why: str = ""

    @property
    def label(self) -> str:
        """Words for the page."""
        return PAPER_LABELS.get(self.kind, self.kind)


def wanted_papers(
    texts: Mapping[str, Any], chosen: Sequence[OfferedProduct], last_day: date
) -> tuple[Paper, ...]:
    """Return the papers wanted for the chosen products.

    `texts["papers"]` is the organiser's list: kinds, with `!` at the end for those without which
    nothing can be sent. A certificate that ends before the fair's last day adds a newer one.
    """
    listed = texts.get("papers")
    kinds = [str(kind) for kind in listed] if isinstance(listed, list) else list(DEFAULT_WANTED)
    papers = [
        Paper(kind.rstrip("!"), required=kind.endswith("!"))
        for kind in kinds
        if kind.rstrip("!") in PAPER_LABELS
    ]
    ending = [product.name for product in chosen if not product.holds_on(last_day)]
    if ending and not any(paper.kind == "ocop_cert" for paper in papers):
        papers.append(Paper("ocop_cert", why=f"Cho: {', '.join(ending)}"))
    return tuple(papers)


def with_asked(papers: Sequence[Paper], asked: Iterable[str]) -> tuple[Paper, ...]:
    """Add the kinds that an officer asked for when returning the application."""
    known = {paper.kind for paper in papers}
    more = [kind for kind in dict.fromkeys(asked) if kind in PAPER_LABELS and kind not in known]
    return (*papers, *(Paper(kind) for kind in more))


def missing_papers(wanted: Iterable[Paper], given: Iterable[str]) -> tuple[Paper, ...]:
    """Return the wanted papers of which no file is there."""
    there = set(given)
    return tuple(paper for paper in wanted if paper.kind not in there)
