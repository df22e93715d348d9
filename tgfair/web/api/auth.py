"""Gate phones prove themselves by a bearer token; cookies mean nothing here."""

from __future__ import annotations

from flask import g, request

from tgfair.policy import Actor
from tgfair.services.gates import UnpairedError, actor_for_device
from tgfair.web import guards

SCHEME = "Bearer "
MAX_TOKEN = 200


def device_actor() -> Actor:
    """Return the actor of the phone that asks; every view for devices starts with this.

    Raises:
        UnpairedError: no token, or one that is unknown, revoked or over (answered with 401).
    """
    header = request.headers.get("Authorization", "")
    if not header.startswith(SCHEME):
        raise UnpairedError
    actor = actor_for_device(header.removeprefix(SCHEME)[:MAX_TOKEN], now=guards.now())
    g.actor = actor
    return actor
