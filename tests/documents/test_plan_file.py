"""Floor plans as files."""

from pathlib import Path

import pytest

from tgfair.core.errors import InvalidError
from tgfair.documents.plan_file import plan_templates, read_plan_file, write_plan_file

SQUARE = Path(__file__).parent.parent / "data" / "quang-truong-hung-vuong.json"
BROKEN = "Tệp này không phải sơ đồ JSON, GeoJSON, SVG hoặc đã bị hỏng. Hãy chọn tệp khác."


def test_plan_file_is_read_and_written_back_the_same():
    plan = read_plan_file(SQUARE.read_bytes())

    assert (plan.name, len(plan.booths)) == ("Quảng trường Hùng Vương – hội chợ 150 gian hàng", 150)
    assert read_plan_file(write_plan_file(plan)) == plan
    assert read_plan_file(b"\xef\xbb\xbf" + SQUARE.read_bytes()) == plan


def test_templates_have_their_booths():
    assert {key: len(plan.booths) for key, plan in plan_templates().items()} == {
        "hall-60": 60,
        "square-150": 150,
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Tệp tải lên bị trống. Hãy chọn lại."),
        (b" " * 3_000_000, "Tệp sơ đồ quá lớn. Tệp phải nhỏ hơn 2 MB."),
        (SQUARE.read_bytes()[:-9], BROKEN),
        (b"\xff\xfe{}", BROKEN),
        (b"[" * 200_000, BROKEN),
        (b"1" * 10_000, BROKEN),
        (b"PK\x03\x04", BROKEN),
        (b"[]", "Tệp này không phải sơ đồ theo mẫu tgfair-plan/1. Hãy chọn tệp khác."),
    ],
    ids=["empty", "large", "cut", "no-utf8", "deep", "long-number", "xlsx", "no-plan"],
)
def test_unusable_file_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(InvalidError) as refused:
        read_plan_file(data)

    assert refused.value.message() == sentence
