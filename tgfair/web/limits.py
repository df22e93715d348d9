"""How often a thing may be asked for (reliability.md, section 6): by account and by network.

Mobile carriers put thousands of people behind one address, so a network's share is generous and
what guards an account is counted by account.
"""

from __future__ import annotations

import ipaddress

from flask import request

from tgfair.extensions import limiter
from tgfair.web import guards


def network() -> str:
    """Return the caller's network: /24 of IPv4, /64 of IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    bits = 24 if address.version == 4 else 64  # noqa: PLR2004 -- the IP version
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def typed_account() -> str:
    """Return the account somebody tries to sign in to."""
    return request.form.get("email", "").strip().lower()[:254]


def caller() -> str:
    """Return who asks: the account or session, else the network."""
    who = guards.actor()
    if who.user_id is not None:
        return f"user {who.user_id}"
    return f"session {who.session_id}" if who.session_id is not None else network()


# A password is tried 5 times in 15 minutes for an account, whoever tries.
password_by_account = limiter.limit("5 per 15 minutes", key_func=typed_account)
sign_in_by_network = limiter.shared_limit("60 per hour", scope="sign in", key_func=network)
# A one-time code has five tries of its own, counted in the database.
codes_by_network = limiter.shared_limit("30 per 10 minutes", scope="tries", key_func=network)
# A personal link holds 100 bits, so nobody guesses it; a hall of people opens theirs at once.
links_by_network = limiter.shared_limit("600 per 10 minutes", scope="links", key_func=network)
creations = limiter.shared_limit("60 per day", scope="create", key_func=caller)
uploads = limiter.shared_limit("60 per hour", scope="upload", key_func=caller)
catalogue = limiter.shared_limit("600 per minute", scope="catalogue", key_func=network)
# A pairing code has 50 bits and lives ten minutes.
pairings = limiter.shared_limit("60 per 10 minutes", scope="pair", key_func=network)
