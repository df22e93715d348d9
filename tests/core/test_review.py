from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.layout.suitability import BoothFacts, Needs, ZoneFacts
from tgfair.core.review import (
    Check,
    Difference,
    Facts,
    ProductFacts,
    Tone,
    Twin,
    certificate_problem,
    checks_of,
    differences,
)

FIRST, LAST = date(2026, 6, 18), date(2026, 6, 21)
BOOTH = BoothFacts("A01", 2000, water=True, tags=frozenset({"cooling"}), area=9)
GOOD = Facts(
    first_day=FIRST,
    last_day=LAST,
    products=(ProductFacts("Mắm tôm chà", "food", "valid", date(2027, 11, 19)),),
    needs=Needs(frozenset({"food"}), power_w=500, exhibitor_kind="cooperative"),
    wishes=("A",),
    zones={"A": ZoneFacts("A", frozenset({"food"}))},
    booths=(BOOTH,),
)


def of(code: str, facts: Facts) -> list[Check]:
    return [check for check in checks_of(facts) if check.code == code]


def test_an_application_without_faults_has_six_good_findings():
    assert checks_of(GOOD) == (
        Check("certificate", Tone.GOOD, "Mắm tôm chà: chứng nhận còn đến 19/11/2027."),
        Check("papers", Tone.GOOD, "Đủ ảnh và giấy tờ cần có."),
        Check("duplicate", Tone.GOOD, "Không thấy cơ sở nào trùng."),
        Check("wishes", Tone.GOOD, "Khu đã chọn nhận các sản phẩm này."),
        Check("booths", Tone.GOOD, "Xin 1 gian, trong mức cho phép."),
        Check("needs", Tone.GOOD, "Có gian đáp ứng được nhu cầu."),
    )


@pytest.mark.parametrize(
    ("product", "tone", "words"),
    [
        (ProductFacts("X", expires_on=LAST), Tone.GOOD, "chứng nhận còn đến 21/06/2026, sắp hết"),
        # domain.md, section 9: issued 20/06/2023, valid on day 1, expired on the last day.
        (
            ProductFacts("X", sent_state="valid", expires_on=date(2026, 6, 20)),
            Tone.BAD,
            "hết hạn 20/06/2026, giữa sự kiện",
        ),
        (ProductFacts("X", expires_on=date(2026, 6, 1)), Tone.BAD, "01/06/2026, trước sự kiện"),
        (ProductFacts("X", sent_state="revoked", expires_on=LAST), Tone.BAD, "bị thu hồi"),
        (ProductFacts("X", expires_on=date(2027, 1, 1), today="revoked"), Tone.BAD, "bị thu hồi"),
        (ProductFacts("X", sent_state="none"), Tone.WARN, "chưa có chứng nhận"),
        (ProductFacts("X"), Tone.WARN, "chưa rõ ngày hết hạn"),
    ],
)
def test_a_certificate_counts_on_the_last_day(product, tone, words):
    (check,) = of("certificate", replace(GOOD, products=(product,)))

    assert check.tone is tone
    assert words in check.sentence


@given(st.lists(st.tuples(st.sampled_from(["valid", "revoked", "none", None]), st.integers(-9, 9))))
def test_no_finding_is_bad_exactly_when_no_certificate_is_over(drawn):
    products = tuple(
        ProductFacts(f"P{n}", "food", state, LAST + timedelta(days=offset))
        for n, (state, offset) in enumerate(drawn)
    )
    over = [p for p in products if p.sent_state == "revoked"]
    over += [p for p in products if p.sent_state in {"valid", None} and p.expires_on < LAST]

    findings = of("certificate", replace(GOOD, products=products))

    bad = sum(check.tone is Tone.BAD for check in findings)
    assert bad == (len(over) or (0 if products else 1))
    assert len(findings) == max(1, len(products))
    assert (certificate_problem(products, LAST) in {"revoked", "expired"}) == bool(over)


def test_missing_papers_and_twins_are_named():
    facts = replace(
        GOOD,
        missing_papers=("Ảnh sản phẩm", "Giấy phép rượu"),
        twins=(Twin("Cơ sở Út", "phone"), Twin("HTX Hòa Lộc", "tax_code", "TGF-1")),
    )

    assert [c.sentence for c in of("papers", facts)] == ["Còn thiếu: Ảnh sản phẩm, Giấy phép rượu."]
    assert [c.sentence for c in of("duplicate", facts)] == [
        "Có thể trùng với Cơ sở Út: cùng số điện thoại.",
        "Có thể trùng với HTX Hòa Lộc (hồ sơ TGF-1): cùng mã số thuế.",
    ]
    assert {c.tone for c in of("papers", facts) + of("duplicate", facts)} == {Tone.WARN}


def test_wishes_for_zones_that_do_not_take_the_products():
    drinks = ZoneFacts("Đồ uống", frozenset({"drink"}))
    elsewhere = replace(GOOD, wishes=("B", "Z"), zones={"A": ZoneFacts("A"), "B": drinks})

    assert of("wishes", elsewhere) == [
        Check("wishes", Tone.WARN, "Khu Z không còn trên sơ đồ."),
        Check("wishes", Tone.WARN, "Khu Đồ uống không nhận nhóm Thực phẩm."),
    ]
    assert of("wishes", replace(GOOD, zones={"B": drinks})) == [
        Check("wishes", Tone.BAD, "Không khu nào của sự kiện nhận các sản phẩm này.")
    ]


@given(wanted=st.integers(1, 50), most=st.integers(1, 50))
def test_more_booths_than_allowed_is_bad(wanted, most):
    (check,) = of("booths", replace(GOOD, booths_wanted=wanted, max_booths=most))
    assert (check.tone is Tone.BAD) == (wanted > most)


def test_needs_beyond_every_booth_name_what_is_lacking():
    cooking = replace(GOOD, needs=replace(GOOD.needs, power_w=9000, cooking=True))

    assert of("needs", cooking) == [
        Check("needs", Tone.BAD, "Không gian nào đáp ứng được: cần đủ điện, được đun nấu.")
    ]
    kitchen = BoothFacts("E01", 9000, water=False, tags=frozenset({"cooking"}), area=9)
    assert of("needs", replace(cooking, booths=(BOOTH, kitchen)))[0].tone is Tone.GOOD
    assert of("needs", replace(GOOD, booths=()))[0].tone is Tone.WARN
    tables = replace(BOOTH, type="table", accepted_groups=frozenset({"drink"}))
    assert of("needs", replace(GOOD, booths=(tables,))) == [
        Check(
            "needs",
            Tone.BAD,
            "Không gian nào đáp ứng được: cần loại gian nhận nhóm sản phẩm này.",
        )
    ]


texts = st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(["", "x", "y"]))


@given(before=texts, after=texts)
def test_differences_turn_one_into_the_other(before, after):
    patched = dict(before)
    for one in differences(before, after):
        assert patched.get(one.label, "") == one.before
        patched[one.label] = one.after
    labels = "ABCD"
    assert [patched.get(x, "") for x in labels] == [after.get(x, "") for x in labels]
    assert differences(after, after) == ()


def test_differences_keep_the_order_of_the_page():
    assert differences({"C": "1", "B": "x"}, {"A": "2", "B": "y"}) == (
        Difference("A", "", "2"),
        Difference("B", "x", "y"),
        Difference("C", "1", ""),
    )
