"""Numbers as they are typed here, and shown again as they were typed."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from tgfair.web.number_fields import MetresField, WholeNumberField, number_from


class Sizes(Form):
    watts = WholeNumberField("Điện (W)")
    metres = MetresField("Rộng (m)", [])


@pytest.mark.parametrize(
    ("typed", "watts"),
    [("500", 500), ("1.500", 1500), ("1 500", 1500), (" 12 ", 12), ("1.5", None), ("1,5", None)],
)
def test_whole_number_typed(typed, watts):
    form = Sizes(MultiDict({"watts": typed, "metres": "1"}))

    assert (form.validate(), form.watts.data) == (watts is not None, watts)


@pytest.mark.parametrize(("typed", "metres"), [("1,2", 1.2), ("1.2", 1.2), ("3", 3.0)])
def test_metres_typed(typed, metres):
    form = Sizes(MultiDict({"watts": "1", "metres": typed}))

    assert (form.validate(), form.metres.data) == (True, metres)


def test_wrong_numbers_are_shown_as_typed():
    form = Sizes(MultiDict({"watts": "1,5 kW", "metres": "hai"}))

    form.validate()

    assert ('type="text"' in form.watts(), 'value="1,5 kW"' in form.watts()) == (True, True)
    assert 'value="hai"' in form.metres()


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("999999999", 999_999_999), ("9" * 5000, -1), ("-1", -1), ("²", -1), (None, -1)],
    ids=["number", "most", "endless", "sign", "power", "none"],
)
def test_number_of_a_page_of_ours(text, number):
    assert number_from(text, -1) == number
