"""What somebody had typed when the installation could not take it: sent again with one press."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from tgfair.web.guards import SAFE_METHODS, is_own_form

# Passwords and one-time codes are typed anew: a page must not hold them.
SECRET_FIELDS = frozenset({"password", "again", "totp", "typed"})
NOT_KEPT = SECRET_FIELDS | {"csrf_token"}


@dataclass(frozen=True)
class SentForm:
    """A form as it was sent, without its token. `whole`: nothing but the fields was in it."""

    url: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool
    whole: bool


def sent_form() -> SentForm | None:
    """Return the form that was sent, for hidden fields; None for a GET or a foreign form.

    Its idempotency key is among the fields, so that what was carried out after all is not carried
    out twice. Nothing is offered unless a page of ours sent it: another site could have its own
    form sent by the reader's hand.
    """
    if request.method in SAFE_METHODS:
        return None
    try:
        if not is_own_form():
            return None
        sent = tuple(request.form.items(multi=True))
        had_files = any(file.filename for file in request.files.values())
    except HTTPException:  # larger than we read
        return None
    secret = any(name in SECRET_FIELDS for name, _ in sent)
    fields = tuple((name, value) for name, value in sent if name not in NOT_KEPT)
    url = request.full_path.rstrip("?")
    return SentForm(url, fields, had_files, whole=not had_files and not secret)
