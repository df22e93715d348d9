"""Printed badges after days round a neck, by two decoders that share no code; every paper."""

from __future__ import annotations

from random import Random

import pytest

from tests.support.badge_cards import badge_cards
from tests.support.effort import rounds
from tests.support.worn import printed, worn, zbar_reads, zxing_reads
from tgfair.core.badge_design import LEAST_QR_MM, BadgeDesign, Sheet
from tgfair.documents.badge_layout import Look

TOO_FEW_TO_JUDGE = 20
# The suite only walks the way once for each paper; tests/documents judges a sample by its share.
COUNT = rounds(2, 200)
ENOUGH = 0.95 if COUNT > TOO_FEW_TO_JUDGE else 0.5


@pytest.mark.parametrize("sheet", list(Sheet))
def test_worn_badges_are_read_by_both_decoders(sheet, tmp_path):
    cards = list(badge_cards(COUNT, seed=11))
    look = Look("Lễ hội trái cây", "18/06/2026", BadgeDesign(sheet=sheet, qr_mm=LEAST_QR_MM))
    whole, chance = printed(cards, look), Random(11)  # noqa: S311 -- the same wear in every run
    smudged = [worn(card, chance, smudge=True) for card in whole]
    clean = [worn(card, chance, smudge=False) for card in whole]
    wanted = [card.token for card in cards]

    rates = {
        "zxing, smudged": share(zxing_reads(smudged), wanted),
        "zxing": share(zxing_reads(clean), wanted),
        "zbar": share(zbar_reads(clean, tmp_path), wanted),
    }

    print(sheet, rates)
    assert {name: rate for name, rate in rates.items() if rate < ENOUGH} == {}


def share(read, wanted):
    return sum(one == other for one, other in zip(read, wanted, strict=True)) / len(wanted)
