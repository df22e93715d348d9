"""The base of every form: CSRF bound to the session, idempotency key, cleaned text."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, StringField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import ValidationError

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


class BaseForm(Form):
    """A form of one page. Creating forms carry `idempotency_key`, so pressing twice makes one."""

    class Meta:
        """WTForms' settings."""

        csrf = True
        csrf_class = SessionCsrf
        csrf_field_name = "csrf_token"
        locales = ("vi",)

    idempotency_key = HiddenField(default=public_id)


class FilterForm(Form):
    """A GET form: nothing changes, so no token."""


class CleanStringField(StringField):
    """A one-line text field whose value is trimmed when it is read."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text without blanks at its ends; cleaning to NFC is the service's work."""
        self.data = str(valuelist[0]).strip() if valuelist else self.data
