"""A badge that hung round a neck for four days is still read: blurred, bent, smudged by a tenth.

A seeded sample; the long run and the second decoder are in tests/reliability.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.support.badge_cards import badge_cards
from tests.support.worn import printed, worn, zxing_reads
from tgfair.core.badge_design import LEAST_QR_MM, BadgeDesign, Sheet
from tgfair.documents.badge_layout import Look

SAMPLE = 20


@pytest.mark.parametrize("sheet", [Sheet.A4_FOUR, Sheet.A4_EIGHT])
def test_worn_badges_are_read(sheet):
    cards = list(badge_cards(SAMPLE, seed=3))
    look = Look("Lễ hội trái cây", "18/06/2026", BadgeDesign(sheet=sheet, qr_mm=LEAST_QR_MM))
    chance = Random(3)  # noqa: S311 -- the same wear in every run

    read = zxing_reads([worn(card, chance, smudge=True) for card in printed(cards, look)])

    wrong = [text for text, card in zip(read, cards, strict=True) if text != card.token]
    assert set(wrong) <= {None}
    assert len(wrong) <= SAMPLE // 20
