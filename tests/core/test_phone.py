import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.phone import display_phone, normalize_phone, parse_phones

MOBILES = st.from_regex(r"(3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "+84 91 234 5678",
        "84912345678",
        912345678,
        84912345678,
        "912345678",
        "0912.345.678",
        "0912-345-678",
        "(0912) 345678",
        "\u00a00912 345 678 ",
        "ĐT: 0912 345 678",
        "Zalo 0912345678",
        "+84 0912 345 678",
    ],
)
def test_normalize_phone_reads_what_people_type(typed):
    assert normalize_phone(typed) == "+84912345678"


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("0900 000 151 - 900000080", 2),
        ("0900.000.151/0900 000 080", 2),
        ("0900 000 151, 900000080", 2),
        ("0900 000 151 và 0900 000 080", 2),
        ("0900 000 151\n0900 000 080", 2),
        ("0900 000 151 0900 000 080", 2),
        ("0900000151; 0900 000 151", 1),
        ("", 0),
        (" - ", 0),
    ],
)
def test_parse_phones_keeps_order_and_drops_repeats(typed, count):
    assert parse_phones(typed) == ["+84900000151", "+84900000080"][:count]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("091234567", "Số điện thoại thiếu 1 chữ số."),
        ("0912 34", "Số điện thoại thiếu 4 chữ số."),
        ("01234567890", "Số điện thoại phải bắt đầu bằng số 0 và có 10 chữ số."),
        ("0273 3872 341", "Số điện thoại phải bắt đầu bằng số 0 và có 10 chữ số."),
        ("1900 1234", "Số điện thoại phải bắt đầu bằng số 0 và có 10 chữ số."),
        ("0212345678", "Đây không phải số di động Việt Nam. Hãy xem lại số."),
        ("O912345678", "Số điện thoại chỉ gồm các chữ số, ví dụ 0912 345 678."),
        ("0912345678, 09", "Số điện thoại thiếu 8 chữ số."),
        ("", "Hãy ghi một số điện thoại di động, ví dụ 0912 345 678."),
        ("٠٩١٢٣٤٥٦٧٨", "Số điện thoại chỉ gồm các chữ số, ví dụ 0912 345 678."),
    ],
)
def test_normalize_phone_says_what_is_wrong(typed, sentence):
    with pytest.raises(InvalidError) as error:
        normalize_phone(typed)

    assert (error.value.message(), error.value.field) == (sentence, "phone")


@given(MOBILES)
def test_every_mobile_is_read_back_from_its_display(national):
    e164 = "+84" + national

    assert normalize_phone(display_phone(e164)) == e164
    assert normalize_phone(int(national)) == e164
    assert len(display_phone(e164)) == 12


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        phones = parse_phones(text)
    except InvalidError:
        return
    assert all(len(phone) == 12 and phone.startswith("+84") for phone in phones)


def test_display_phone_groups_the_digits():
    assert display_phone("+84912345678") == "0912 345 678"
    assert display_phone("+1202555") == "+1202555"
