"""Reports that mail servers send back (RFC 3464, RFC 5965), and the odd ones some still send.

Only the Message-ID of a mail of ours tells whom a report is about: it cannot be guessed, so nobody
can have an address marked by sending a made-up report. What stands in the text is never trusted.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

MOST_BYTES = 2_000_000
MOST_TEXT = 400
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
MESSAGE_ID = re.compile(
    r"^\s*Message-ID:\s*<([^<>@\s]{1,120})@[^<>\s]+>", re.IGNORECASE | re.MULTILINE
)
# Words of servers that write no status (qmail, older Exim and Exchange).
NO_SUCH = re.compile(
    r"user unknown|no such user|unknown user|mailbox (?:not found|unavailable|does not exist)|"
    r"does not exist|invalid recipient|address rejected|no mailbox here|recipient not found|"
    r"\b55[013] ",
    re.IGNORECASE,
)
FULL = re.compile(r"quota|mailbox (?:is )?full|over ?quota|insufficient storage", re.IGNORECASE)


class Sort(StrEnum):
    """What a report says of a mail."""

    NO_MAILBOX = "no_mailbox"
    FULL = "full"
    REFUSED = "refused"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """One recipient's part of a report. `token` is the left side of our Message-ID, or empty."""

    token: str
    sort: Sort
    address: str = ""
    status: str = ""
    diagnostic: str = ""


def read_reports(raw: bytes) -> list[Report]:
    """Return what a mail reports, one for each recipient; nothing for a mail that reports none.

    Automatic answers ("I am away") and ordinary letters give an empty list.
    """
    message = email.message_from_bytes(raw[:MOST_BYTES], policy=email.policy.compat32)
    kinds = {part.get_content_type() for part in message.walk()}
    token = _token(message)
    if "message/feedback-report" in kinds:
        return [Report(token, Sort.COMPLAINT)]
    if "message/delivery-status" in kinds:
        return list(_by_status(message, token))
    if _is_from_a_server(message):
        return [_by_words(message, token)]
    return []


def _by_status(message: Message, token: str) -> Iterator[Report]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            if block.get("Final-Recipient") or block.get("Original-Recipient"):
                yield _of_block(block, token)


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Message)]
    return [email.message_from_string(text) for text in re.split(r"\n\s*\n", str(payload))]


def _of_block(block: Message, token: str) -> Report:
    status = _status(str(block.get("Status") or ""))
    diagnostic = " ".join(str(block.get("Diagnostic-Code") or "").split())
    action = str(block.get("Action") or "").strip().lower()
    named = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    address = named.rpartition(";")[2].strip().strip("<>")
    # Many servers write 5.0.0 and say the real reason in the diagnostic.
    precise = _status(diagnostic) if status in {"", "5.0.0", "4.0.0"} else status
    status = precise or status
    return Report(
        token, _sort(action, status, diagnostic), address[:254], status, diagnostic[:MOST_TEXT]
    )


def _sort(action: str, status: str, text: str) -> Sort:
    if action in {"delivered", "relayed", "expanded"} or status.startswith("2."):
        return Sort.DELIVERED
    if action == "delayed" or (status.startswith("4.") and action != "failed"):
        return Sort.DELAYED
    return _failed(status, text)


def _failed(status: str, text: str) -> Sort:
    subject, detail = [*status.split("."), "", "", ""][1:3]
    if (subject, detail) in {("2", "2"), ("3", "1")} or FULL.search(text):
        return Sort.FULL
    gone = {("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1")}
    if (subject, detail) in gone or (subject in {"", "0"} and NO_SUCH.search(text)):
        return Sort.NO_MAILBOX
    # Policy, or a mailbox out of reach for days: no proof that it does not exist.
    return Sort.REFUSED


def _by_words(message: Message, token: str) -> Report:
    text = _plain(message)
    named = str(message.get("X-Failed-Recipients") or "").split(",")[0].strip()
    status = _status(text)
    if re.search(
        r"delay|warning: message .* (?:not been|still)|will keep trying", text, re.IGNORECASE
    ):
        sort = Sort.DELAYED
    else:
        sort = _sort("failed", status, text)
    said = " ".join(text.split())[:MOST_TEXT]
    return Report(token, sort, named[:254], status, said)


def _is_from_a_server(message: Message) -> bool:
    if str(message.get("Auto-Submitted") or "").lower().startswith("auto-replied"):
        failed = message.get("X-Failed-Recipients")
        return failed is not None
    sender = str(message.get("From") or "").lower()
    return "mailer-daemon" in sender or "postmaster" in sender


def _token(message: Message) -> str:
    """Return the left side of the Message-ID of the mail that the report holds or quotes."""
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            found = MESSAGE_ID.search(_source(part))
            if found:
                return found[1]
    found = MESSAGE_ID.search(_plain(message))
    if found:
        return found[1]
    for header in ("In-Reply-To", "References"):
        found = re.search(r"<([^<>@\s]{1,120})@", str(message.get(header) or ""))
        if found:
            return found[1]
    return ""


def _source(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(inner) for inner in payload)
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)


def _plain(message: Message) -> str:
    return "\n".join(
        _source(part) for part in message.walk() if part.get_content_type() == "text/plain"
    )


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[1] if found else ""
