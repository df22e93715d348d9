"""Who draws where, before the list is frozen."""

from __future__ import annotations

from tgfair.core.draw.feasibility import Applicant, Aside, ZoneOffer, ZoneShare, share_out
from tgfair.core.layout.suitability import BoothFacts, Needs, ZoneFacts


def offer(code, *watts, groups=None):
    booths = tuple(
        BoothFacts(f"{code}{n:02d}", power, water=False, tags=frozenset(), area=9)
        for n, power in enumerate(watts, 1)
    )
    return ZoneOffer(code, ZoneFacts(code, groups), booths)


def applicant(code, *wishes, wanted=1, power=0):
    return Applicant(code, f"HTX {code}", wanted, wishes, Needs(frozenset({"food"}), power_w=power))


def test_first_wish_that_suits_in_every_booth():
    zones = [offer("A", 500, 2000), offer("B", 2000, 2000)]
    people = [applicant("HS-1", "A", "B"), applicant("HS-2", "A", "B", power=1000)]

    found = share_out(zones, people, by_order=False)

    assert found.zones == (
        ZoneShare("A", "A", ("HS-1",), ("A01", "A02")),
        ZoneShare("B", "B", ("HS-2",), ("B01", "B02")),
    )
    assert found.asides == ()


def test_without_a_wish_the_first_zone_that_suits():
    zones = [offer("B", 500), offer("A", 500, groups=frozenset({"drink"}))]

    found = share_out(zones, [applicant("HS-1"), applicant("HS-2", "Z")], by_order=False)

    assert found.zones == (ZoneShare("B", "B", ("HS-1", "HS-2"), ("B01",)),)
    assert found.zones[0].waiting == 1


def test_who_needs_more_or_other_is_left_aside_with_the_reason():
    people = [applicant("HS-2", wanted=2), applicant("HS-1", "A", power=3000)]

    found = share_out([offer("A", 500)], people, by_order=False)

    assert found.asides == (
        Aside("HS-1", "HTX HS-1", "Khu A: Gian chỉ có 500 W, cơ sở cần 3.000 W."),
        Aside("HS-2", "HTX HS-2", "Muốn 2 gian; bốc thăm chỉ cho mỗi hồ sơ một gian."),
    )
    assert found.applications == 0


def test_order_of_choosing_needs_one_booth_that_suits():
    zones = [offer("A", 500, 3000)]
    people = [applicant("HS-1", "A", power=3000), applicant("HS-2", wanted=2)]

    found = share_out(zones, people, by_order=True)

    assert found.zones == (ZoneShare("A", "A", ("HS-1", "HS-2"), ("A01", "A02")),)


def test_no_zone_with_a_free_booth():
    assert share_out([offer("A")], [applicant("HS-1")], by_order=False).asides == (
        Aside("HS-1", "HTX HS-1", "Khu A: không còn gian trống."),
    )
    assert share_out([], [applicant("HS-1")], by_order=False).asides == (
        Aside("HS-1", "HTX HS-1", "Không có khu nào còn gian trống để bốc."),
    )
