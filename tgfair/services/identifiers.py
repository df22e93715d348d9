"""Random identifiers and keyed hashes; the one module of the services that draws randomness."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app


def public_id() -> str:
    """Return an identifier for URLs that cannot be guessed: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def random_bits(bits: int) -> int:
    """Return that many random bits as a number."""
    return secrets.randbits(bits)


def new_token() -> str:
    """Return 256 random bits for a cookie or a device."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """Return the SHA-256 of a token: what the database keeps instead of the token."""
    return hashlib.sha256(text.encode()).hexdigest()


def keyed(purpose: str, *parts: object) -> bytes:
    """Return HMAC-SHA256 under the installation's secret, separated by purpose."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    message = "|".join([purpose, *map(str, parts)]).encode()
    return hmac.digest(key, message, "sha256")
