"""`tgfair bounce`: take in what comes back to the sender's address."""

from __future__ import annotations

import imaplib
import os
import ssl
import sys
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import click

from tgfair import clock
from tgfair.app import create_app
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.services.bounces import take_in

VARIABLE = "TGFAIR_BOUNCE_IMAP"
EXAMPLE = "imaps://name:password@mail.example.vn/INBOX"
TIMEOUT_SECONDS = 30
IMAPS_PORT = 993


class MailboxError(TgfairError):
    """The mailbox cannot be read."""

    code = "mailbox"


@click.command()
@click.option("--imap", is_flag=True, help=f"Read new mail of the mailbox named by {VARIABLE}.")
def bounce(*, imap: bool) -> None:
    """Read one returned mail from standard input, or with --imap all new ones of a mailbox.

    In the .forward of the user tgfair:  "| /usr/local/bin/tgfair bounce"
    """
    app = create_app()
    mails = _new_mails(os.environ.get(VARIABLE, "")) if imap else iter([sys.stdin.buffer.read()])
    count = found = 0
    with app.app_context():
        for raw in mails:
            reports = take_in(raw, now=clock.real_now())
            count, found = count + 1, found + len(reports)
    click.echo(f"{count} mails read, {found} reports in them.")


def _new_mails(address: str) -> Iterator[bytes]:
    """Give the unseen mails of a mailbox; each is marked as seen once it was taken in."""
    parts = urlsplit(address)
    if parts.scheme != "imaps" or not parts.hostname or not parts.username:
        raise InvalidError(f"Set {VARIABLE} to an address such as {EXAMPLE}.")
    folder = parts.path.strip("/") or "INBOX"
    try:
        with imaplib.IMAP4_SSL(
            parts.hostname,
            parts.port or IMAPS_PORT,
            ssl_context=ssl.create_default_context(),
            timeout=TIMEOUT_SECONDS,
        ) as box:
            box.login(unquote(parts.username), unquote(parts.password or ""))
            yield from _unseen(box, folder)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"The mailbox cannot be read: {error}") from error


def _unseen(box: imaplib.IMAP4, folder: str) -> Iterator[bytes]:
    box.select(folder)
    _, found = box.search(None, "UNSEEN")
    for number in (found[0] or b"").split():
        _, data = box.fetch(number.decode(), "(BODY.PEEK[])")
        for item in data:
            if isinstance(item, tuple):
                yield item[1]
                box.store(number.decode(), "+FLAGS", "\\Seen")
