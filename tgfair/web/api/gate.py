"""The gate phones' API: pair, scans, search, health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import jsonify, request
from werkzeug.exceptions import BadRequest

from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_date, vn_weekday
from tgfair.core.errors import InvalidError
from tgfair.policy import Actor
from tgfair.services import gates, scans
from tgfair.services.queries import gate_phones, head_counts
from tgfair.web import guards, limits
from tgfair.web.api.auth import device_actor
from tgfair.web.api.blueprint import bp
from tgfair.web.guards import Audience, audience

NOBODY = gate_phones.Holder(name="", organisation="", booth="", kind_label="", badge_no="")


@bp.post("/api/v1/gate/pair")
@audience(Audience.DEVICE)
@limits.pairings
def pair() -> Any:
    """Turn the phone into a gate device; the code is the proof."""
    body = _body()
    paired = gates.pair(_text(body, "code"), _text(body, "name"), now=guards.now())
    day = day_in_vietnam(guards.now())
    return jsonify(
        token=paired.token,
        device=paired.device_id,
        gate=paired.gate,
        gate_label=paired.gate_label,
        fair_name=paired.fair_name,
        fair_code=paired.fair_code,
        event=paired.event,
        day_label=f"{vn_weekday(day)} {vn_date(day)}",
        server_time=clock.real_now().isoformat(),
    )


@bp.post("/api/v1/gate/scans")
@audience(Audience.DEVICE)
def take_scans() -> Any:
    """Take what the phone scanned and name each scan with its verdict."""
    actor = device_actor()
    items = _body().get("scans")
    if not isinstance(items, list):
        raise InvalidError("Yêu cầu không hợp lệ.")
    taken = scans.record_scans(actor, items, now=guards.now(), clock_shift=_demo_shift())
    holders = gate_phones.holders_of(actor, {one.badge_id for one in taken if one.badge_id})
    results = [
        {
            "id": one.id,
            "status": one.status,
            "verdict": {
                "colour": one.verdict.colour,
                "code": one.verdict.code,
                "title": one.verdict.title,
                "detail": one.verdict.detail,
                **vars(holders.get(one.badge_id or 0, NOBODY)),
            },
        }
        for one in taken
    ]
    return jsonify(results=results, **_state(actor))


@bp.get("/api/v1/gate/search")
@audience(Audience.DEVICE)
def search() -> Any:
    """Find badges of the phone's fair by name, from two letters."""
    hits = gate_phones.search_badges(device_actor(), request.args.get("q", ""))
    return jsonify(results=[vars(hit) for hit in hits])


@bp.get("/api/v1/gate/health")
@audience(Audience.DEVICE)
def health() -> Any:
    """Tell the phone that it is heard, and the counts."""
    actor = device_actor()
    station = gate_phones.station_of(actor)
    return jsonify(fair_name=station.fair_name, gate_label=station.gate_label, **_state(actor))


def _state(actor: Actor) -> dict[str, Any]:
    counts = head_counts.counts(actor.device_fair_id or 0, now=guards.now())
    # The phone compares its own clock with this one, so it is never the demo's.
    return {
        "inside": counts.inside,
        "expected": counts.expected,
        "server_time": clock.real_now().isoformat(),
    }


def _demo_shift() -> timedelta:
    return guards.now() - clock.real_now() if guards.config().demo else timedelta(0)


def _body() -> dict[str, Any]:
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:
        raise InvalidError("Yêu cầu không hợp lệ.") from error
    if not isinstance(body, dict):
        raise InvalidError("Yêu cầu không hợp lệ.")
    return body


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise InvalidError("Yêu cầu không hợp lệ.", field=field)
    return value
