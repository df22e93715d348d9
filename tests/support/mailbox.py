"""A real SMTP server that keeps what it is given."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """What arrived, in order; `refuse_next` makes the server answer with an error."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._replies: list[str] = []
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.host = "127.0.0.1"
        self.port = self._controller.port

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()

    def refuse_next(self, *replies: str) -> None:
        """Answer the next messages with these lines, e.g. `451 try later`, one each."""
        self._replies += replies

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self._replies:
            return self._replies.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._arrived:
            self.messages.append(message)  # type: ignore[arg-type]  # -- the policy makes EmailMessage
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, count: int, timeout: float = 10) -> list[EmailMessage]:
        """Return all messages once there are `count`.

        Raises:
            AssertionError: fewer came in time.
        """
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.messages) >= count, timeout)
        assert enough, f"{len(self.messages)} of {count} messages came: {self.subjects()}"
        return list(self.messages)

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages to one address."""
        return [message for message in self.messages if address in str(message["To"])]

    def subjects(self) -> list[str]:
        """Return the subjects, in order of arrival."""
        return [str(message["Subject"]) for message in self.messages]


def text_of(message: EmailMessage) -> str:
    """Return the plain text part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
