"""Addresses that leave the house: personal links, always from the configured base URL."""

from __future__ import annotations

import hmac
from datetime import date, datetime

from flask import current_app
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.core.codes import crockford
from tgfair.core.errors import TgfairError
from tgfair.models.invitation import Invitation
from tgfair.services.identifiers import keyed

SIGNATURE_LETTERS = 20  # 100 bits
# Seven hexadecimal digits stay within a 32-bit key: PostgreSQL refuses to compare with more.
MOST_HEX = 7


class LinkRevokedError(TgfairError):
    """The personal link was revoked, replaced, or never existed."""

    code = "link_revoked"

    def message(self) -> str:
        """Say how to get a new one."""
        return "Đường dẫn này không còn dùng được. Hãy gọi số hỗ trợ để nhận đường dẫn mới."


def links_are_over(last_day: date, *, now: datetime) -> bool:
    """Return whether the personal links of a fair, and what they opened, have ended with it."""
    return day_in_vietnam(now) > last_day


def base_url() -> str:
    """Return the configured address of the site, without a slash at its end."""
    config: Config = current_app.config["TGFAIR"]
    return config.base_url


def invitation_token(invitation_id: int, revision: int) -> str:
    """Return the token of a personal link: the id and 100 bits of HMAC over id and revision."""
    number = int.from_bytes(keyed("invitation", invitation_id, revision)[:16], "big")
    return f"{invitation_id:x}-{crockford(number, SIGNATURE_LETTERS).lower()}"


def invitation_url(invitation: Invitation) -> str:
    """Return the personal link that mail, letter and Zalo text carry."""
    return f"{base_url()}/m/{invitation_token(invitation.id, invitation.revision)}"


def invitation_by_token(session: Session, token: str) -> Invitation:
    """Return the invitation that a personal link names.

    Raises:
        LinkRevokedError: wrong, replaced by a newer revision, or revoked.
    """
    head, _, _ = token.partition("-")
    if not head or len(head) > MOST_HEX or not all(c in "0123456789abcdef" for c in head):
        raise LinkRevokedError
    invitation = session.get(Invitation, int(head, 16))
    if invitation is None or invitation.revoked_at is not None:
        raise LinkRevokedError
    expected = invitation_token(invitation.id, invitation.revision)
    if not hmac.compare_digest(expected.encode(), token.lower().encode()):
        raise LinkRevokedError
    return invitation
