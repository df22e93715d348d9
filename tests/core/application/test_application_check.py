"""The answers of the five steps: one complete list of problems, or values that can be sent."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.application.check import check_all
from tgfair.core.application.model import (
    BoothNeeds,
    Checked,
    Contact,
    OfferedProduct,
    OtherProduct,
    Person,
    Products,
    Rules,
)
from tgfair.core.application.papers import Paper, missing_papers, wanted_papers
from tgfair.core.application.prefill import fascia_proposal, first_answers
from tgfair.core.application.steps import Step, field_label
from tgfair.core.application.typed import parse_power, typed_answers
from tgfair.core.errors import InvalidError

LAST_DAY = date(2026, 6, 21)
RULES = Rules(LAST_DAY, max_booths=4, max_staff=3, zones=(("A", "OCOP"), ("B", "Trái cây")))
SHRIMP = OfferedProduct("p1", "Mắm tôm chà", "food", 4, "1942/QĐ-UBND", date(2027, 11, 19))
WINE = OfferedProduct("p2", "Rượu thanh long", "drink", 3, None, date(2026, 6, 20))
GOOD = {
    "contact": {"name": "Nguyễn  Thị Út Hạnh", "phone": "0912 345 678", "email": "HTX@Example.vn"},
    "products": {"product": ["p1", "gone"], "other1": "Bánh phồng", "group1": "food"},
    "booth": {"booths": "2", "wish1": "B", "wish2": "B", "wish3": "A", "fascia": "HTX Hòa Lộc"}
    | {"power": "1,5 kW", "cooling": "1"},
    "people": {"name1": "Trần Văn Bé", "phone1": "0912345679"},
}


def sentences(step: Step, answers) -> list[tuple[str, str]]:
    _, found = check_all({step: answers}, RULES, [SHRIMP, WINE])
    return [(problem.field, problem.sentence) for problem in found if problem.step is step]


def test_check_all_with_good_answers():
    checked, problems = check_all(GOOD, RULES, [SHRIMP, WINE])

    assert (checked, problems) == (
        Checked(
            Contact("Nguyễn Thị Út Hạnh", "+84912345678", "htx@example.vn"),
            Products((SHRIMP,), (OtherProduct("Bánh phồng", "food"),), None),
            BoothNeeds(2, ("B", "A"), "HTX Hòa Lộc", 1500, False, True, False, None),
            (Person("Trần Văn Bé", "+84912345679"),),
        ),
        [],
    )


def test_check_all_with_nothing_names_every_missing_answer_at_once():
    _, problems = check_all({}, RULES, [SHRIMP])

    assert [(p.step, p.field, p.sentence) for p in problems] == [
        ("contact", "name", "Chưa ghi họ tên người liên hệ"),
        ("contact", "phone", "Chưa ghi số điện thoại di động"),
        ("products", "product", "Chưa chọn sản phẩm nào"),
        ("booth", "fascia", "Chưa ghi tên trên bảng gian hàng"),
        ("people", "name1", "Chưa ghi họ tên người trực gian hàng"),
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"name": "A", "phone": "0912 345"}, ("phone", "Số điện thoại thiếu 3 chữ số.")),
        (
            {"name": "A", "phone": "0912345678", "email": "htx.example.vn"},
            ("email", "Địa chỉ thư điện tử thiếu ký tự @"),
        ),
        (
            {"name": "A" * 121, "phone": "0912345678"},
            ("name", "Dài quá 120 ký tự. Hãy viết ngắn lại."),
        ),
    ],
)
def test_contact_with_a_mistake(answers, expected):
    assert sentences(Step.CONTACT, answers) == [expected]


@pytest.mark.parametrize(
    ("fascia", "expected"),
    [
        ("AB", "Tên trên bảng từ 3 đến 40 ký tự, nay có 2"),
        ("A" * 41, "Tên trên bảng từ 3 đến 40 ký tự, nay có 41"),
        ("Mắm Út Hạnh 0912 345 678", "Tên trên bảng không ghi số điện thoại hay thư điện tử"),
        ("a@b.vn", "Tên trên bảng không ghi số điện thoại hay thư điện tử"),
    ],
)
def test_fascia_that_cannot_be_painted(fascia, expected):
    assert sentences(Step.BOOTH, {"fascia": fascia}) == [("fascia", expected)]


def test_booths_beyond_the_fair_and_a_zone_that_is_gone():
    answers = {"booths": "5", "wish1": "Z", "fascia": "HTX Hòa Lộc", "power": "nhiều"}

    assert sentences(Step.BOOTH, answers) == [
        ("booths", "Số gian hàng từ 1 đến 4. Cần nhiều hơn thì ghi ở ô Yêu cầu khác"),
        ("wish1", "Khu này không còn trên sơ đồ. Hãy chọn khu khác"),
        ("power", "Điện ghi bằng số oát, ví dụ 500 hoặc 1,5 kW."),
    ]


@pytest.mark.parametrize("booths", ["0", "00019999", "-1", "²", "một"])
def test_booths_that_are_no_number_of_booths(booths):
    found = sentences(Step.BOOTH, {"booths": booths, "fascia": "HTX Hòa Lộc"})

    assert [field for field, _ in found] == ["booths"]


def test_people_may_be_postponed():
    assert sentences(Step.PEOPLE, {"later": "1"}) == []


def test_person_with_a_number_but_no_name():
    assert sentences(Step.PEOPLE, {"phone2": "0912345678"}) == [
        ("name2", "Chưa ghi họ tên người trực gian hàng")
    ]


@pytest.mark.parametrize(
    ("text", "watts"),
    [("", 0), ("500", 500), ("1.500", 1500), ("1,5 kW", 1500), ("2kw", 2000), ("800 oát", 800)],
)
def test_parse_power(text, watts):
    assert parse_power(text) == watts


@pytest.mark.parametrize("text", ["90000", "9" * 2000, "kW", "-5", "²"])
def test_parse_power_that_no_feed_can_give(text):
    with pytest.raises(InvalidError):
        parse_power(text)


def test_certificate_is_judged_on_the_last_day():
    first_day = date(2026, 6, 18)

    assert [(WINE.holds_on(day), WINE.state_on(day)) for day in (first_day, LAST_DAY)] == [
        (True, "expiring"),
        (False, "expired"),
    ]


def test_typed_answers_keep_what_is_wrong_and_drop_what_is_not_asked():
    sent = {"name": [" "], "phone": ["09xx"], "state": ["approved"], "email": ["a\u202eb"]}

    assert typed_answers(Step.CONTACT, RULES, sent) == {"phone": "09xx", "email": "ab"}


@given(
    st.dictionaries(
        st.sampled_from([*GOOD["booth"], *GOOD["contact"], "name1", "phone1"]), st.text()
    )
)
def test_no_typed_text_breaks_the_check(typed):
    for step in Step:
        kept = typed_answers(step, RULES, {field: [value] for field, value in typed.items()})
        check_all({step: kept}, RULES, [SHRIMP])


def test_first_answers_tick_what_is_valid_on_the_last_day():
    answers = first_answers(
        name="Hợp tác xã Nông nghiệp Hòa Lộc",
        representative="Nguyễn Thị Út Hạnh",
        phone="+84912345678",
        email=None,
        products=[SHRIMP, WINE],
        last_day=LAST_DAY,
    )

    assert answers == {
        "contact": {"name": "Nguyễn Thị Út Hạnh", "phone": "0912 345 678"},
        "products": {"product": ["p1"]},
        "booth": {"booths": "1", "fascia": "Hợp tác xã Nông nghiệp Hòa Lộc"},
        "people": {},
    }


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Mắm Út Hạnh", "Mắm Út Hạnh"),
        (
            "Hợp tác xã Dịch vụ Nông nghiệp Tổng hợp Hòa Lộc",
            "HTX Dịch vụ Nông nghiệp Tổng hợp Hòa Lộc",
        ),
        ("X" * 90, "X" * 40),
    ],
)
def test_fascia_proposal_fits_the_sign(name, proposal):
    assert fascia_proposal(name) == proposal


def test_wanted_papers_add_a_newer_certificate_for_what_ends_too_early():
    wanted = wanted_papers(
        {"papers": ["label_photo!", "attp", "nonsense"]}, [SHRIMP, WINE], LAST_DAY
    )

    assert wanted == (
        Paper("label_photo", required=True),
        Paper("attp"),
        Paper("ocop_cert", why="Cho: Rượu thanh long"),
    )
    assert missing_papers(wanted, ["attp"]) == (wanted[0], wanted[2])


@pytest.mark.parametrize(
    ("step", "field", "label"),
    [
        ("contact", "phone", "Số điện thoại di động"),
        ("booth", "wish3", "Nơi muốn đặt gian hàng"),
        ("files", "attp", "Giấy chứng nhận an toàn thực phẩm"),
        ("nonsense", "x", "x"),
    ],
)
def test_field_label(step, field, label):
    assert field_label(step, field) == label
