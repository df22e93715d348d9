"""The base of every form: CSRF bound to the session, idempotency key, cleaned text."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, StringField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import ValidationError

from tgfair.core.errors import InvalidError
from tgfair.services.identifiers import public_id
from tgfair.web.guards import csrf_is_valid, csrf_token


class SessionCsrf(CSRF):
    """WTForms' CSRF hook on our own token (design.md, rulings: CSRF)."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Return the token of this browser."""
        del csrf_token_field
        return csrf_token()

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Refuse a token of another browser."""
        del form
        if not csrf_is_valid(field.data):
            raise ValidationError("Trang đã mở quá lâu. Hãy tải lại trang rồi gửi lại.")


# WTForms has no Vietnamese catalogue of its own.
SENTENCES = {
    "This field is required.": "Hãy điền mục này.",
    "Not a valid choice.": "Hãy chọn một trong các mục có sẵn.",
    "Invalid Choice: could not coerce.": "Hãy chọn một trong các mục có sẵn.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Hãy chọn lại các mục.",
    "'%(value)s' is not a valid choice for this field.": "Hãy chọn trong các mục có sẵn.",
    "Not a valid integer value.": "Hãy ghi một số nguyên.",
    "Not a valid decimal value.": "Hãy ghi một số.",
    "Not a valid float value.": "Hãy ghi một số.",
    "Not a valid date value.": "Ngày chưa đúng. Hãy ghi như 18/06/2026.",
    "Not a valid time value.": "Giờ chưa đúng. Hãy ghi như 07:30.",
    "Not a valid datetime value.": "Ngày giờ chưa đúng.",
    "Invalid input.": "Mục này chưa đúng.",
}


class Vietnamese:
    """WTForms' own sentences in Vietnamese; ours are Vietnamese already."""

    def gettext(self, text: str) -> str:
        """Return the sentence in Vietnamese, or as it is."""
        return SENTENCES.get(text, text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Vietnamese has one form for both."""
        return self.gettext(singular if n == 1 else plural)


class BaseForm(Form):
    """A form of one page. Creating forms carry `idempotency_key`, so pressing twice makes one."""

    class Meta:
        """WTForms' settings."""

        csrf = True
        csrf_class = SessionCsrf
        csrf_field_name = "csrf_token"

        def get_translations(self, form: Any) -> Vietnamese:
            """Return our own sentences."""
            del form
            return Vietnamese()

    idempotency_key = HiddenField(default=public_id)


class FilterForm(Form):
    """A GET form: nothing changes, so no token."""

    class Meta:
        """WTForms' settings."""

        def get_translations(self, form: Any) -> Vietnamese:
            """Return our own sentences."""
            del form
            return Vietnamese()


class CleanStringField(StringField):
    """A one-line text field whose value is trimmed when it is read."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text without blanks at its ends; cleaning to NFC is the service's work."""
        self.data = str(valuelist[0]).strip() if valuelist else self.data


def beside(form: Any, error: InvalidError) -> None:
    """Put a refusal beside its field, or above the form."""
    if error.field in form:
        form[error.field].errors = [error.sentence]
    else:
        form.form_errors.append(error.sentence)
