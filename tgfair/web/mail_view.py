"""A rendered mail shown in the browser, for staff previews and the demo's mailbox."""

from __future__ import annotations

from flask import Response

from tgfair.core.errors import NotFoundError
from tgfair.services.queries.messages import Preview

# Mails style themselves; nothing in them may run, load or send anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def mail_response(preview: Preview) -> Response:
    """Return the HTML of the mail alone.

    Raises:
        NotFoundError: there is nothing to show any more.
    """
    if preview.mail is None:
        raise NotFoundError
    return html_response(preview.mail.html)


def html_response(html: str) -> Response:
    """Return a rendered mail as a page of its own that may run and load nothing."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
