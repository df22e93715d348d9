import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.taxcode import TaxCode, TaxCodeError, TaxCodeKind, mask_tax_code, parse_tax_code


@pytest.mark.parametrize(
    "code",
    [
        "0100233488",
        "0100112437",
        "0300588569",
        "0100109106",
        "1200100557",
        "1299000012",
        "1299000132",
        "1299.000.118",
        "1299 000 125",
        "MST: 1299000100",
        1299000090,
    ],
)
def test_organisation_code_is_read(code):
    digits = "".join(c for c in str(code) if c.isdigit())

    assert parse_tax_code(code, "company") == TaxCode(digits, TaxCodeKind.ORGANISATION)


@pytest.mark.parametrize("code", ["0314409058-002", "0312687878001"])
def test_branch_code_is_written_with_a_hyphen(code):
    digits = code.replace("-", "")

    assert parse_tax_code(code, "company") == TaxCode(
        f"{digits[:10]}-{digits[10:]}", TaxCodeKind.BRANCH
    )


@pytest.mark.parametrize(
    ("code", "kind", "problem"),
    [
        ("0100233480", "company", "tax_code_checksum"),
        ("1200654321", "company", "tax_code_checksum"),
        ("0314409058-000", "company", "tax_code_checksum"),
        ("1200000000", "company", "tax_code_checksum"),
        ("12345", "company", "tax_code_length"),
        (129900019, "cooperative", "tax_code_length"),
        ("82179000000", "household_business", "tax_code_length"),
        (82179000000, "company", "tax_code_length"),
        ("1299O00319", "cooperative", "tax_code_characters"),
        ("٠١٠٠٢٣٣٤٨٨", "company", "tax_code_characters"),
        ("", "company", "tax_code_characters"),
        ("082085000000", "company", "tax_code_kind"),
        ("082085000000", "cooperative", "tax_code_kind"),
    ],
)
def test_bad_code_says_why(code, kind, problem):
    with pytest.raises(TaxCodeError) as error:
        parse_tax_code(code, kind)

    assert (error.value.code, error.value.field) == (problem, "tax_code")
    assert error.value.message().endswith(".")


def test_personal_id_is_read_for_households_with_its_lost_zero():
    assert parse_tax_code("082085000000", "farm") == TaxCode(
        "082085000000", TaxCodeKind.PERSONAL_ID
    )
    assert parse_tax_code(82179000000, "household_business") == TaxCode(
        "082179000000", TaxCodeKind.PERSONAL_ID, zero_restored=True
    )


def test_mask_hides_only_a_personal_id():
    assert mask_tax_code("082085001234") == "082*****1234"
    assert mask_tax_code("1299000012") == "1299000012"
    assert mask_tax_code("1299000220-001") == "1299000220-001"


@given(st.integers(0, 10**10 - 1), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number, place, digit):
    code = f"{number:010d}"
    wrong = code[:place] + str(digit) + code[place + 1 :]
    try:
        parse_tax_code(code, "company")
    except TaxCodeError:
        return
    if wrong != code:
        with pytest.raises(TaxCodeError):
            parse_tax_code(wrong, "company")
