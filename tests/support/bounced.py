"""Returned mails as servers write them."""

from __future__ import annotations

TOKEN = "0123456789abcdef0123456789abcdef"


def original(token: str) -> str:
    return (
        f"From: Ban To chuc <tochuc@example.vn>\nTo: htx@example.vn\nMessage-ID: <{token}@example.vn>\n"
        "Subject: =?utf-8?q?Gi=E1=BB=9D?=\n"
    )


def dsn(
    token: str = TOKEN,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 user unknown",
    recipients: tuple[str, ...] = ("htx@example.vn",),
    whole: bool = True,
) -> bytes:
    """RFC 3464, as Postfix writes it."""
    blocks = "\n".join(
        f"Final-Recipient: rfc822; {address}\nOriginal-Recipient: rfc822;{address}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
        for address in recipients
    )
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    body = original(token) + ("\nNoi dung\n" if whole else "")
    return (
        "From: MAILER-DAEMON@mail.example.vn (Mail Delivery System)\n"
        "To: tochuc@example.vn\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mail.example.vn\n\n{blocks}\n"
        f"--b\nContent-Type: {kind}\n\n{body}\n--b--\n"
    ).encode()


def qmail(token: str = TOKEN) -> bytes:
    return (
        "From: MAILER-DAEMON@mail.example.vn\nTo: tochuc@example.vn\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mail.example.vn.\n\n<htx@example.vn>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy.\n\n"
        f"Return-Path: <tochuc@example.vn>\n{original(token)}\nNoi dung\n"
    ).encode()


def x_failed(token: str = TOKEN) -> bytes:
    """As Exim writes it."""
    return (
        "From: Mail Delivery System <Mailer-Daemon@mail.example.vn>\n"
        "X-Failed-Recipients: htx@example.vn\nAuto-Submitted: auto-replied\n"
        "Subject: Mail delivery failed: returning message to sender\n\n"
        "A message that you sent could not be delivered.\n\n  htx@example.vn\n"
        f"    Unrouteable address: user unknown\n\n------ This is a copy ------\n\n{original(token)}\n"
    ).encode()


def arf(token: str = TOKEN) -> bytes:
    """A complaint, RFC 5965."""
    return (
        "From: feedback@mail.example.vn\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{original(token)}\nNoi dung\n\n--b--\n"
    ).encode()


def vacation(token: str = TOKEN) -> bytes:
    return (
        "From: htx@example.vn\nTo: tochuc@example.vn\nAuto-Submitted: auto-replied\n"
        f"In-Reply-To: <{token}@example.vn>\nSubject: Vang mat\n\nToi di vang den 1/6.\n"
    ).encode()
