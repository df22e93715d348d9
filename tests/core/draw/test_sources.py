"""The source in words for print, and numbers that can be its."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tgfair.core.draw.sources import Source, SourceKind, drand_round, read_number, source_words
from tgfair.core.errors import InvalidError

AT = datetime(2027, 5, 23, 9, 15, tzinfo=UTC)
LOTTERY = (
    "123456 23456 34567 45678 56789 10001 20002 30003 40004 50005 60006 70007 8123 1111 2222 3333 "
    "456 78"
)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        (
            SourceKind.HALL,
            "Hội trường tỉnh",
            "Sáu quả bóng (00–99) do đại diện các cơ sở lần lượt bốc tại Hội trường tỉnh lúc 16:15 ngày 23/05/2027, bốc xong bỏ lại, ghi theo thứ tự bốc; có ghi hình và biên bản",
        ),
        (
            SourceKind.LOTTERY,
            "Xổ số kiến thiết Tiền Giang",
            "Xổ số kiến thiết Tiền Giang, kỳ mở thưởng Chủ nhật 23/05/2027, 18 giải, đọc từ giải Đặc biệt đến giải Tám, trong mỗi giải theo thứ tự quay",
        ),
        (
            SourceKind.DRAND,
            "",
            "drand quicknet (chuỗi 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971), vòng 39420112, công bố lúc 16:15 ngày 23/05/2027; lấy giá trị randomness, 64 chữ số thập lục phân",
        ),
    ],
)
def test_source_in_words(kind, name, words):
    assert source_words(Source(kind, name, AT)) == words


@pytest.mark.parametrize("kind", [SourceKind.HALL, SourceKind.LOTTERY])
@pytest.mark.parametrize("name", ["", "x" * 161])
def test_source_without_a_usable_name(kind, name):
    with pytest.raises(InvalidError) as refused:
        source_words(Source(kind, name, AT))

    assert refused.value.field == "source_name"


def test_first_round_of_drand_and_the_next():
    genesis = datetime.fromtimestamp(1_692_803_367, UTC)

    assert drand_round(genesis) == 1
    assert drand_round(genesis.replace(microsecond=1)) == 2


def test_round_of_drand_as_a_published_client_counts_it():
    midnight = datetime(2026, 4, 20, tzinfo=UTC)  # the example of the Ruby client's own page

    assert drand_round(midnight) == 27_946_612


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        (SourceKind.HALL, " 07  45 12\t93 21 60 ", "07 45 12 93 21 60"),
        (SourceKind.LOTTERY, LOTTERY, LOTTERY),
        (SourceKind.DRAND, "AB" * 32, "ab" * 32),
    ],
)
def test_number_is_read_with_single_spaces(kind, typed, read):
    assert read_number(kind, typed) == read


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        (SourceKind.HALL, "", "Cần 6 số, đang có 0."),
        (SourceKind.HALL, "1 2 3 4 5 6", "Số thứ 1 (“1”) phải có đúng 2 chữ số."),
        (SourceKind.HALL, "07 45 12 93 21 6\u0660", "Số thứ 6"),
        (SourceKind.LOTTERY, LOTTERY + " 1", "Cần 18 số, đang có 19."),
        (SourceKind.LOTTERY, LOTTERY.replace("8123", "812"), "Số thứ 13 (“812”)"),
        (SourceKind.DRAND, "ab", "Số chưa đúng dạng."),
    ],
)
def test_number_that_cannot_be_of_the_source(kind, typed, said):
    with pytest.raises(InvalidError) as refused:
        read_number(kind, typed)

    assert refused.value.message().startswith(said)
    assert refused.value.field == "public"
