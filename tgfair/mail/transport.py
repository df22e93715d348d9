"""Hand mails to the SMTP server, one connection for many, and say what its answers mean."""

from __future__ import annotations

import re
import select
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Self

import flask_mail

from tgfair.extensions import mail
from tgfair.mail.render import RenderedMail

# For each answer of the server; a stalled one must not hold the worker for longer than its lease.
TIMEOUT_SECONDS = 10
NO_MAILBOX = frozenset({550, 551, 553, 556})
POLICY = re.compile(r"\b5\.7\.\d+")
CLOSING = 421
PERMANENT_FROM = 500


class SendError(Exception):
    """The mail was not taken; the text is the server's answer, for the page of failures."""


class TemporaryError(SendError):
    """Worth another try later. `broken`: server or connection failed, not this one mail."""

    def __init__(self, text: str, *, broken: bool = False) -> None:
        super().__init__(text)
        self.broken = broken


class PermanentError(SendError):
    """No use trying again. `no_mailbox`: the recipient's address does not exist."""

    def __init__(self, text: str, *, no_mailbox: bool = False) -> None:
        super().__init__(text)
        self.no_mailbox = no_mailbox


@dataclass(frozen=True)
class Envelope:
    """Where a rendered mail goes; `token` is fixed when the message is queued.

    `stop_url` is for what goes to many: mail programs show a button that posts there (RFC 8058).
    """

    token: str
    to: str
    date: datetime
    stop_url: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that say what kind of mail it is."""
        headers = {"Auto-Submitted": "auto-generated"}
        if self.stop_url:
            headers |= {
                "List-Unsubscribe": f"<{self.stop_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Precedence": "bulk",
            }
        return headers


def is_configured() -> bool:
    """Return whether there is an SMTP server to send to (needs an app context)."""
    return bool(mail.connect().mail.server)


def message_id(token: str, sender: str) -> str:
    """Return the Message-ID: the same at every try, in the domain of the sender."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{token}@{domain}>"


class _Host(smtplib.SMTP):
    """A server that is asked for the recipient first; the text waits for `before_text`."""

    before_text: Callable[[], None] | None = None

    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.before_text is not None:
            self.before_text()
        return super().data(msg)


class _SecureHost(_Host, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with a time limit and a certificate check."""

    host: _Host | None

    def configure_host(self) -> _Host:
        settings = self.mail
        where = (settings.server, settings.port)
        host = (
            _SecureHost(*where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
            if settings.use_ssl
            else _Host(*where, timeout=TIMEOUT_SECONDS)
        )
        if settings.use_tls:
            host.starttls(context=ssl.create_default_context())
        if settings.username and settings.password:
            host.login(settings.username, settings.password)
        return host


class Courier:
    """Sends mails over one connection, opened at the first and again when the server hung up."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def send(
        self,
        rendered: RenderedMail,
        envelope: Envelope,
        before_text: Callable[[], None] | None = None,
    ) -> None:
        """Hand one mail over; when this returns the server has taken it.

        `before_text` is called when the server agreed to the recipient and the text is next; what
        it raises goes on to the caller, and the server has not taken the mail.

        Raises:
            TemporaryError: try later.
            PermanentError: never for this mail as it is.
        """
        try:
            connection = self._open()
            if connection.host is not None:
                connection.host.before_text = before_text
            connection.send(_as_flask_mail(rendered, envelope))
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise self._refusal(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise self._refusal(error.smtp_code, error.smtp_error) from error
        except (flask_mail.BadHeaderError, UnicodeError, smtplib.SMTPNotSupportedError) as error:
            # Not its repr: that of an encoding error holds the whole text, codes and all.
            raise PermanentError(f"Thư không hợp lệ: {error}") from error
        except smtplib.SMTPResponseException as error:
            # Refused sender, failed sign-in, 421: not this recipient's fault.
            self._close()
            said = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise TemporaryError(said, broken=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            raise TemporaryError(f"Không nối được máy chủ thư: {error}", broken=True) from error
        except BaseException:
            self._close()  # left between two commands
            raise

    def _refusal(self, code: int, answer: bytes | str) -> SendError:
        said = f"{code} {_text(answer)}"
        if code == CLOSING:
            self._close()
        if code < PERMANENT_FROM:
            return TemporaryError(said, broken=code == CLOSING)
        # 5.7.x is the server's policy (a relay refused, say): it tells nothing about the mailbox.
        return PermanentError(said, no_mailbox=code in NO_MAILBOX and not POLICY.search(said))

    def _open(self) -> _Connection:
        if self._connection is not None and _hung_up(self._connection):
            self._close()
        if self._connection is None:
            connection = _Connection(mail.connect().mail)
            connection.host = connection.configure_host()
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None or connection.host is None:
            return
        try:
            connection.host.quit()
        except (smtplib.SMTPException, OSError):
            connection.host.close()


def _hung_up(connection: _Connection) -> bool:
    """Return whether the server said or closed something while nobody asked."""
    sock = connection.host.sock if connection.host is not None else None
    return sock is None or bool(select.select([sock], [], [], 0)[0])


class _AsItIs(Compat32):
    """The headers are encoded and short already: nothing is parsed and folded again."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        return f"{name}: {value}\r\n".encode("ascii")


class _Message(flask_mail.Message):
    """Flask-Mail's message, written in a third of the time: most of a mail's time went here."""

    def as_bytes(self) -> bytes:
        made = self._message()
        made.policy = _AsItIs(linesep="\r\n")
        # Python would look through the texts for a boundary of its own, with a new pattern each.
        stem = f"=_{self.msgId.strip('<>').partition('@')[0]}"
        for number, part in enumerate(_multiparts(made)):
            part.set_boundary(f"{stem}_{number}")
        return made.as_bytes()


def _multiparts(message: Message) -> list[Message]:
    return [part for part in message.walk() if part.is_multipart()]


def _as_flask_mail(rendered: RenderedMail, envelope: Envelope) -> flask_mail.Message:
    message = _Message(
        subject=_folded(rendered.subject),
        recipients=[envelope.to],
        body=rendered.text,
        html=rendered.html,
        date=envelope.date.timestamp(),
        extra_headers=envelope.headers,
        attachments=[
            flask_mail.Attachment(item.filename, item.content_type, item.data)
            for item in rendered.attachments
        ],
    )
    message.msgId = message_id(envelope.token, str(message.sender))
    return message


def _folded(subject: str) -> str:
    """Return the subject as encoded words in short lines.

    A line over 78 characters would be folded again by Python's generator, which (3.11) loses the
    space between two encoded words: "đã được duyệt:Hội chợ".
    """
    if subject.isascii():
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
