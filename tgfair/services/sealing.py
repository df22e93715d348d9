"""Secrets that have to be read again, kept so that a copy of the database does not hold them."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tgfair.services.identifiers import keyed, random_bits

NONCE_BYTES = 12


class UnreadableError(Exception):
    """The text was sealed elsewhere, for something else, or under another secret key."""


def seal(purpose: str, owner: int, secret: bytes) -> str:
    """Return `secret` encrypted (AES-256-GCM) under the installation's secret key.

    It opens only for the same purpose and owner, so that a row cannot be given another one's text.
    """
    nonce = random_bits(NONCE_BYTES * 8).to_bytes(NONCE_BYTES, "big")
    sealed = AESGCM(keyed("seal", purpose)).encrypt(nonce, secret, str(owner).encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(purpose: str, owner: int, text: str) -> bytes:
    """Return what was sealed.

    Raises:
        UnreadableError: it cannot be opened.
    """
    try:
        raw = base64.urlsafe_b64decode(text)
        nonce, sealed = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        return AESGCM(keyed("seal", purpose)).decrypt(nonce, sealed, str(owner).encode())
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise UnreadableError from error
