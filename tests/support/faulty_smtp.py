"""An SMTP server that fails as it is told, command by command; aiosmtpd is too polite for that."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
ADDRESS = re.compile(r"<(.*)>")
NO_MAILBOX = "550 5.1.1"


class FaultySmtp:
    """`faults` are used up one for each mail; "" is none.

    A fault is a reply ("451 later") to RCPT, the same after "data:" to the end of DATA, or one of
    `drop_in_data` (hangs up before the end of DATA is answered), `drop_unanswered` (the same, and
    keeps the mail), `drop_after_250` and `stall` (says nothing to RCPT until the sender goes).
    A mailbox that does not exist (550 5.1.1 to RCPT) never does; `refused` says since when.
    """

    def __init__(self, *faults: str, on_data: Callable[[], None] | None = None) -> None:
        self.connections = self.unanswered = 0
        self.on_data = on_data
        self.refused: dict[str, float] = {}
        self._mails: list[bytes] = []
        self._messages: list[EmailMessage] = []
        self._faults = list(faults)
        self._lock = threading.Lock()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with outer._lock:
                    outer.connections += 1
                try:
                    outer._talk(self)
                except (ConnectionError, ValueError):
                    return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.host, self.port = "127.0.0.1", int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def refuse(self, *faults: str) -> None:
        """Let the next mails meet these faults."""
        with self._lock:
            self._faults += faults

    @property
    def count(self) -> int:
        """How many mails arrived."""
        return len(self._mails)

    @property
    def messages(self) -> list[EmailMessage]:
        """What arrived, in order; read only now, so that a bench of senders is not one of this."""
        with self._lock:
            for mail in self._mails[len(self._messages) :]:
                message = email.message_from_bytes(mail, policy=email.policy.default)
                self._messages.append(message)  # type: ignore[arg-type]  # -- the policy makes EmailMessage
            return [*self._messages]

    def ids(self) -> list[str]:
        """Return the Message-IDs in the order of arrival."""
        found = [MESSAGE_ID.search(mail) for mail in self._mails]
        return [match[1].decode() if match else "" for match in found]

    def _next_fault(self) -> str:
        with self._lock:
            return self._faults.pop(0) if self._faults else ""

    def _answer(self, line: str, fault: str) -> str:
        """Return what is said about a recipient."""
        match = ADDRESS.search(line)
        address = match[1] if match else ""
        with self._lock:
            if fault.startswith(NO_MAILBOX):
                self.refused.setdefault(address, time.monotonic())
            if address in self.refused:
                return f"{NO_MAILBOX} no such user"
        return fault if fault[:1].isdigit() else "250 OK"

    def _talk(self, connection: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            connection.wfile.write(f"{line}\r\n".encode())
            connection.wfile.flush()

        say("220 faulty ready")
        fault = ""
        while line := connection.rfile.readline():
            text = line.decode("utf-8", "replace").strip()
            command = text.upper()
            if command.startswith("EHLO"):
                say("250 faulty")
            elif command.startswith("MAIL"):
                fault = self._next_fault()
                say("250 OK")
            elif command.startswith("RCPT") and fault == "stall":
                connection.rfile.readline()
                return
            elif command.startswith("RCPT"):
                say(self._answer(text, fault))
            elif command == "DATA":
                say("354 go on")
                if not self._take(connection, fault, say):
                    return
            elif command == "QUIT":
                say("221 bye")
                return
            else:
                say("250 OK")

    def _take(
        self,
        connection: socketserver.StreamRequestHandler,
        fault: str,
        say: Callable[[str], None],
    ) -> bool:
        lines = []
        while (line := connection.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if fault == "drop_in_data" or not line:  # the sender is gone: half a mail is none
            return False
        if fault.startswith("data:"):
            say(fault.removeprefix("data:"))
            return True
        with self._lock:
            self._mails.append(b"".join(lines))
        if fault == "drop_unanswered":
            with self._lock:
                self.unanswered += 1
            return False
        if self.on_data is not None:
            self.on_data()
        say("250 OK")
        return fault != "drop_after_250"
