"""The shipped tables, and the addresses and labels that are looked up in them."""

from datetime import date

import pytest

from tgfair.core.taxonomy import GroupMatch
from tgfair.core.units import UnitMatch
from tgfair.documents.reference_data import load_taxonomy, load_units


def test_units_hold_both_periods():
    table = load_units()

    assert len(table.units) == 313
    assert len(table.conversion) == 164
    assert table.at("28270", date(2024, 12, 31)).name == "Phường 6"
    assert table.at("28270", date(2025, 7, 1)).name == "Phường Thới Sơn"
    assert table.at("82", date(2025, 6, 30)).name == "Tỉnh Tiền Giang"
    assert table.at("82", date(2026, 1, 1)).name == "Tỉnh Đồng Tháp"
    assert table.at("99999", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("address", "match"),
    [
        ("Hậu Mỹ Trinh, Cái Bè", UnitMatch("28372", "28366")),
        ("Ấp Đông Một, X. Hậu Mỹ Bắc A, H. Cái Bè", UnitMatch("28366", "28366")),
        ("xã An Hữu, H.Cái Bè, TG", UnitMatch("28429", "28429")),
        ("phường 3, TX.Cai Lậy, TG", UnitMatch("28437", "28435")),
        ("P5, TP Mỹ Tho", UnitMatch("28249", "28249")),
        ("P.05, Mỹ Tho", UnitMatch("28249", "28249")),
        ("khu phố 5, phường 5, thị xã Gò Công", UnitMatch("28306", "28306")),
        ("ấp Hạ Hai, Phú Đông - Tân Phú Ðông", UnitMatch("28750", "28696")),
        ("thị trấn Chợ Gạo, H.Chợ Gạo, TG", UnitMatch("28594", "28594")),
        ("xã Bình Đức, huyện Châu Thành (nay là xã Kim Sơn)", UnitMatch("28579", "28582")),
        ("Tân Phú, Cai Lậy", UnitMatch("28459", "28468")),
        ("xã Tân Phú, H. Tân Phú Đông", UnitMatch("28693", "28693")),
        ("ấp Tây A, xã Hậu Mỹ Phú", UnitMatch("28375", "28393")),
        ("xã Mỹ Hội huyện Cái Bè tỉnh Tiền Giang", UnitMatch("28387", "28393")),
        ("xã Tân Thành", UnitMatch("28747", "28747")),
        ("Ấp 3, xã Mỹ Thiện, tỉnh Đồng Tháp", UnitMatch(None, "28378")),
        ("ấp 2, xã Tân Phú", UnitMatch(problem="unit_ambiguous")),
        ("khu phố 2, phường 8, thành phố Mỹ Tho", UnitMatch(problem="unit_unknown")),
        ("phường 1", UnitMatch(problem="unit_ambiguous")),
        ("xã Không Có, huyện Cái Bè", UnitMatch(problem="unit_unknown")),
        ("", UnitMatch(problem="unit_unknown")),
        ("((( , ; - ", UnitMatch(problem="unit_unknown")),
    ],
)
def test_address_names_a_commune(address, match):
    assert load_units().match(address) == match


def test_hint_stands_in_for_a_missing_district_only():
    units = load_units()

    assert units.match("ấp 2, xã Tân Phú", district_hint="Tân Phú Đông").old == "28693"
    assert units.match("ấp 2, xã Tân Phú", district_hint="TX Cai Lậy").old == "28459"
    assert units.match("xã Tân Phú, thị xã Cai Lậy", district_hint="Cái Bè").old == "28459"
    assert units.match("xã Vĩnh Kim", district_hint="Cái Bè").old == "28576"


def test_taxonomy_has_six_groups_and_26_sets():
    taxonomy = load_taxonomy()

    assert list(taxonomy.groups) == ["food", "drink", "herbal", "craft", "ornamental", "tourism"]
    assert len(taxonomy.sets) == 26


@pytest.mark.parametrize(
    ("label", "match"),
    [
        ("I. Thực phẩm", GroupMatch("food", None)),
        ("Nhóm thực phẩm", GroupMatch("food", None)),
        ("TP", GroupMatch("food", None)),
        ("II.  Ðồ uống", GroupMatch("drink", None)),
        ("Thảo dược", GroupMatch("herbal", None)),
        ("Lưu niệm - nội thất - trang trí", GroupMatch("craft", None)),
        ("Vải và may mặc", GroupMatch("craft", None)),
        ("TCMN", GroupMatch("craft", None)),
        ("SVC", GroupMatch("ornamental", None)),
        ("Du lịch", GroupMatch("tourism", "tourism_site")),
        ("Dịch vụ du lịch nông thôn", GroupMatch("tourism", "tourism_site")),
        ("Gia vị khác", GroupMatch("food", "spice_other")),
        ("Thực phẩm - Chế biến từ gạo, ngũ cốc", GroupMatch("food", "proc_grain")),
        ("Thực phẩm - gì đó", GroupMatch("food", None)),
        ("Hàng điện tử", None),
        ("", None),
    ],
)
def test_group_label_is_recognised(label, match):
    assert load_taxonomy().match(label) == match


def test_every_official_label_names_itself():
    taxonomy = load_taxonomy()

    assert [taxonomy.match(s.label) for s in taxonomy.sets] == [
        GroupMatch(s.group, s.key) for s in taxonomy.sets
    ]
