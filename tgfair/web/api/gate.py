"""The gate phones' API: pair, list, scans, signs of life, search, health."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import BadRequest

from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_date, vn_weekday
from tgfair.core.errors import InvalidError
from tgfair.core.gate_passages import Passage
from tgfair.core.gate_scan import BadScanError, read_report
from tgfair.policy import Actor
from tgfair.services import gate_beats, gate_films, gate_lists, gates, inspections, scans
from tgfair.services.queries import gate_phones, head_counts
from tgfair.web import guards, limits
from tgfair.web.api.auth import device_actor
from tgfair.web.api.blueprint import bp
from tgfair.web.guards import Audience, audience

# Eight digits of each bucket's digest say which buckets a phone has; it checks them whole itself.
HAVE = 8
MOST_FILM = 500_000
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
        shift=int(_demo_shift() / timedelta(milliseconds=1)),
    )


@bp.get("/api/v1/gate/snapshot")
@audience(Audience.DEVICE)
def snapshot() -> Response:
    """Give the badge list: a line of facts, the manifest, then the buckets the phone lacks."""
    found = gate_lists.badge_list(device_actor())
    if request.if_none_match.contains_raw(found.etag):
        return Response(status=304, headers={"ETag": f'"{found.etag}"'})
    facts = {"code": found.code, "made_at": found.made_at, "etag": found.etag}
    have = request.args.get("have", "")
    held = [have[at : at + HAVE] for at in range(0, len(have), HAVE)]
    digests = found.bucket_digests
    lines = [json.dumps(facts), found.manifest]
    for number, bucket in enumerate(found.buckets):
        if held[number : number + 1] != [digests[number][:HAVE]]:
            lines.append(f"{number} {bucket}")
    answer = Response("\n".join(lines), mimetype="text/plain")
    answer.set_etag(found.etag)
    return answer


@bp.post("/api/v1/gate/beat")
@audience(Audience.DEVICE)
def beat() -> Any:
    """Note what the phone says of itself; tell it who came through the other gates."""
    actor = device_actor()
    try:
        report = read_report(_body())
    except BadScanError as error:
        raise InvalidError("Yêu cầu không hợp lệ.") from error
    heard = gate_beats.take_beat(actor, report, now=guards.now())
    return jsonify(
        passages=[_passage(one) for one in heard.passages],
        last=heard.last,
        more=heard.more,
        missing=heard.missing,
        shift=int(_demo_shift() / timedelta(milliseconds=1)),
        **_state(actor),
    )


def _passage(one: Passage) -> list[Any]:
    """Return a passage as the phone keeps it."""
    return [
        one.scan_id,
        f"{one.badge_number:016x}" if one.badge_number is not None else None,
        one.device_id,
        one.direction.value,
        int(one.at.timestamp() * 1000),
        one.gate,
        one.admitted,
        one.cancels,
    ]


@bp.post("/api/v1/gate/scans")
@audience(Audience.DEVICE)
def take_scans() -> Any:
    """Take what the phone scanned and name each scan with its verdict."""
    actor = device_actor()
    items = _body().get("scans")
    if not isinstance(items, list):
        raise InvalidError("Yêu cầu không hợp lệ.")
    taken = scans.record_scans(actor, items, now=guards.now(), clock_shift=_demo_shift())
    results = [
        {
            "id": one.id,
            "status": one.status,
            "verdict": {
                "colour": one.verdict.colour,
                "code": one.verdict.code,
                "title": one.verdict.title,
                "detail": one.verdict.detail,
                "attention": one.verdict.attention,
                **vars(one.holder or NOBODY),
            },
        }
        for one in taken
    ]
    # No head counts: a scan must not wait for the whole day to be counted.
    return jsonify(results=results, server_time=clock.real_now().isoformat())


@bp.post("/api/v1/gate/films")
@audience(Audience.DEVICE)
def take_film() -> Any:
    """Take what the phone has seen of another one, as that phone made it."""
    actor = device_actor()
    try:
        film = bytes.fromhex(_text(_body(), "film")[:MOST_FILM])
    except ValueError as error:
        raise InvalidError("Yêu cầu không hợp lệ.") from error
    brought = gate_films.take_film(actor, film, now=guards.now())
    return jsonify(**vars(brought), server_time=clock.real_now().isoformat())


@bp.post("/api/v1/gate/inspections")
@audience(Audience.DEVICE)
def take_inspections() -> Any:
    """Take what inspectors noted at booths and name each with what became of it."""
    actor = device_actor()
    items = _body().get("inspections")
    if not isinstance(items, list):
        raise InvalidError("Yêu cầu không hợp lệ.")
    taken = inspections.take_inspections(actor, items, now=guards.now(), clock_shift=_demo_shift())
    results = [{"id": one, "status": status} for one, status in taken]
    return jsonify(results=results, server_time=clock.real_now().isoformat())


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
