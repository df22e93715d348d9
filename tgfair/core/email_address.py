"""E-mail addresses as people type them."""

from __future__ import annotations

import re

from tgfair.core.errors import InvalidError

MAX_LENGTH = 254
_EMAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@(?:[a-z0-9](?:[a-z0-9\-]{0,62})\.)+[a-z]{2,24}")


def normalize_email(text: str) -> str:
    """Return the address in small letters, without blanks around it.

    Raises:
        InvalidError: it is no address.
    """
    address = text.strip().lower()
    if len(address) > MAX_LENGTH or ".." in address or not _EMAIL.fullmatch(address):
        raise InvalidError(
            "Địa chỉ thư điện tử chưa đúng. Hãy ghi như ten@gmail.com.", field="email"
        )
    return address
