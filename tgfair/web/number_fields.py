"""Numbers as people here type them: 1,2 metres; 1.500 watts. Shown again as they were typed."""

from __future__ import annotations

import re
from typing import Any, Final

from wtforms import Field, FloatField, IntegerField, validators
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

BITS: Final = 63
# Nine digits fit into every column of whole numbers.
MOST_DIGITS: Final = 9
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}([. ][0-9]{3})+")


def number_from(text: str | None, otherwise: int = 0) -> int:
    """Return the number that a page of ours put into a field or an address; else `otherwise`."""
    text = text or ""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else otherwise


class NumberRange(validators.NumberRange):
    """A range that also refuses numbers of hundreds of digits: the library's own fails on them."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Refuse what no column holds before it is compared."""
        if isinstance(field.data, int) and field.data.bit_length() > BITS:
            raise validators.ValidationError(self.message or "Số này quá lớn. Hãy ghi lại.")
        super().__call__(form, field)


class WholeNumberField(IntegerField):
    """A count: 1500 or 1.500. A browser's own number field shows what it cannot read as nothing."""

    widget = TextInput()

    def __init__(self, label: str, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, render_kw={"inputmode": "numeric"}, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read points and blanks between thousands."""
        typed = [str(value).strip() for value in valuelist]
        super().process_formdata(
            [
                re.sub(r"[. ]", "", value) if _THOUSANDS.fullmatch(value) else value
                for value in typed
            ]
        )


class MetresField(FloatField):
    """A length: 1,2 or 1.2."""

    widget = TextInput()

    def __init__(self, label: str, validators: Any, **options: Any) -> None:
        super().__init__(label, validators, render_kw={"inputmode": "decimal"}, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the comma as the decimal point."""
        super().process_formdata([str(value).replace(",", ".") for value in valuelist])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:.10g}".replace(".", ",") if self.data is not None else ""
