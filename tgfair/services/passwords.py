"""Passwords (argon2id) and authenticator codes (TOTP) of staff."""

from __future__ import annotations

import base64
import hmac
import logging
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import fold
from tgfair.models.account import OneTimeCode, User
from tgfair.services.identifiers import keyed
from tgfair.services.sealing import UnreadableError, seal, unseal

MIN_PASSWORD = 10
MAX_PASSWORD = 128
# What a guesser tries first, beside the person's own name and address.
GUESSED_FIRST = (
    "tgfair",
    "ocop",
    "tiengiang",
    "dongthap",
    "mytho",
    "matkhau",
    "password",
    "123456",
)
SHORTEST_NAME = 3
STEP_SECONDS = 30
TOTP = "totp"

logger = logging.getLogger(__name__)

# 35 ms on a small server instead of 122 (ecosystem.md, section 1).
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Each hash takes a processor and 19 MB: a crowd at the door must not stop the site.
_AT_ONCE = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store. Slow on purpose: never call it inside a transaction."""
    with _AT_ONCE:
        return HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Return whether the password is right, in the same time when there is none to compare with."""
    with _AT_ONCE:
        try:
            right = HASHER.verify(stored or _nobodys_hash(), password)
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody's password")


def check_new_password(password: str, user: User) -> None:
    """Refuse a password that is easy to guess.

    Raises:
        InvalidError: too short, too long, or made of the person's own name or address.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidError(
            f"Mật khẩu cần từ {MIN_PASSWORD} đến {MAX_PASSWORD} ký tự.", field="password"
        )
    plain = "".join(character for character in fold(password) if character.isalnum())
    own = [*fold(user.name).split(), (user.email or "").partition("@")[0]]
    words = [*GUESSED_FIRST, *(word for word in own if len(word) >= SHORTEST_NAME)]
    rest = plain
    for word in words:
        rest = rest.replace(word, "")
    if len(rest) < MIN_PASSWORD // 2 or len(set(plain)) < MIN_PASSWORD // 2:
        raise InvalidError(
            "Mật khẩu này dễ đoán. Hãy dùng vài từ không liên quan đến tên, đơn vị.",
            field="password",
        )


def new_totp_secret(row: OneTimeCode) -> str:
    """Return the authenticator secret of a set-up link: the same each time its page is shown."""
    return base64.b32encode(keyed("totp", row.id, row.nonce)[:20]).decode()


def totp_address(user: User, secret: str, site_name: str) -> str:
    """Return the `otpauth://` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email or user.name, issuer_name=site_name)


def keep_totp(user: User, secret: str) -> None:
    """Give the account an authenticator secret; the row holds it sealed."""
    user.totp_secret = seal(TOTP, user.id, base64.b32decode(secret))
    user.totp_last_step = None


def _totp_of(user: User) -> pyotp.TOTP | None:
    if user.totp_secret is None:
        return None
    try:
        return pyotp.TOTP(base64.b32encode(unseal(TOTP, user.id, user.totp_secret)).decode())
    except UnreadableError:
        # Another secret key: the account needs a new set-up link.
        logger.warning("the authenticator secret of user %s cannot be read", user.id)
        return None


def use_totp(session: Session, user: User, typed: str, at: datetime) -> bool:
    """Return whether the typed code is right, and use it up: each code works once.

    Accepts the present code and the one before. Of two requests at once one passes.
    """
    digits = "".join(character for character in typed if character.isdigit())
    totp = _totp_of(user)
    if totp is None:
        return False
    for moment in (at, at - timedelta(seconds=STEP_SECONDS)):
        step = int(moment.timestamp()) // STEP_SECONDS
        if hmac.compare_digest(totp.at(moment).encode(), digits.encode()):
            used = session.execute(
                update(User)
                .where(
                    User.id == user.id,
                    or_(User.totp_last_step.is_(None), User.totp_last_step < step),
                )
                .values(totp_last_step=step)
            )
            return bool(used.rowcount == 1)  # type: ignore[attr-defined]  # -- UPDATE has it
    return False
