"""The list a phone carries: its content, its version, and what phones hear of each other."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.support.gate_world import (
    FAIR_DAY,
    make_badges,
    make_gate_fair,
    pair_phone,
    phone_actor,
    sent_scan,
    token_of,
)
from tgfair.core.gate_scan import Report
from tgfair.core.workflow import State
from tgfair.models import Application, Badge, Fair, GateDevice
from tgfair.policy import SYSTEM
from tgfair.services import badges, gate_beats, gate_lists, scans
from tgfair.services.identifiers import digest
from tgfair.services.uow import reader, transaction

NOW = FAIR_DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_gate_fair()


@pytest.fixture
def paired(fair):
    return pair_phone(fair, 1)


@pytest.fixture
def phone(paired):
    return phone_actor(paired)


def rows_of(found):
    return [row for bucket in found.buckets for row in json.loads(bucket)]


def test_list_says_what_a_gate_needs_and_no_more(fair, paired, phone):
    good, gone = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    badges.revoke_badge(SYSTEM, gone.public_id, reason="Mất thẻ", now=NOW)

    found = gate_lists.badge_list(phone)

    manifest = json.loads(found.manifest)
    first, days, *_ = manifest["periods"][0]
    assert rows_of(found) == [
        [
            f"{good.number:016x}",
            0,
            0,
            0,
            255,
            0,
            "Nguyễn Thị Út Hạnh",
            "Cơ sở Mắm Út Hạnh",
            "",
            good.short_code,
        ],
        [f"{gone.number:016x}", 0, 1, 0, 255, 0, "", "", "", gone.short_code],
    ]
    assert (manifest["version"], manifest["event"]) == (1, fair.number)
    assert (first, days) == (good.first_day.isoformat(), good.days)
    assert manifest["gates"] == [[1, "Cổng chính"], [2, "Cổng phụ"]]
    assert manifest["buckets"] == [
        hashlib.sha256(bucket.encode()).hexdigest()[:16] for bucket in found.buckets
    ]
    message = f"tgfair-list-1\n{found.made_at}\n{found.manifest}".encode()
    key = digest(paired.token).encode()
    assert found.code == hmac.digest(key, message, "sha256").hex()


def test_version_rises_with_the_content_and_only_then(fair, phone):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")

    first, same = (gate_lists.badge_list(phone) for _ in range(2))
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)
    changed = gate_lists.badge_list(phone)

    assert (first.version, same.version, changed.version) == (1, 1, 2)
    assert (same.etag, changed.etag[:2]) == (first.etag, "2-")
    different = [
        number
        for number, (one, other) in enumerate(zip(first.buckets, changed.buckets, strict=True))
        if one != other
    ]
    assert different == [badge.application_id % gate_lists.BUCKETS]


@pytest.mark.parametrize(
    "change",
    ["nothing", "revoked", "released", "cancelled fair"],
)
def test_list_voids_the_badges_that_the_server_voids(fair, phone, change):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    with transaction() as session:
        if change == "revoked":
            badges.void(session, SYSTEM, session.get_one(Badge, badge.id), reason="x", now=NOW)
        elif change == "released":
            session.get_one(Application, badge.application_id).state = State.WITHDRAWN
        elif change == "cancelled fair":
            session.get_one(Fair, fair.id).status = "cancelled"

    (row,) = rows_of(gate_lists.badge_list(phone))

    stored = reader().get_one(Badge, badge.id, populate_existing=True)
    assert bool(row[2]) is badges.is_void(stored) is (change != "nothing")


def test_phone_hears_of_the_other_gates_and_of_its_own_gaps(fair, phone):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    other = phone_actor(pair_phone(fair, 2, "Máy của Tư"))
    scan = sent_scan(token_of(badge), seq=3)
    items = [scan, sent_scan("TG1:x", seq=4), sent_scan("TG1:y", seq=7)]
    scans.record_scans(other, items, now=NOW, clock_shift=timedelta(0))
    report = Report(queued=12, list_version=4, battery=71, clock_offset_ms=-900, after=0)

    heard = gate_beats.take_beat(phone, report, now=NOW)
    own = gate_beats.take_beat(other, report, now=NOW)

    (passage,) = heard.passages
    assert (passage.scan_id, passage.gate, passage.badge_number) == (scan["id"], 2, badge.number)
    assert (heard.more, heard.missing, own.missing) == (False, [], [5, 6])
    device = reader().get_one(GateDevice, phone.device_id, populate_existing=True)
    assert (device.queued, device.list_version, device.battery) == (12, 4, 71)
    assert device.clock_offset_ms == -900


def test_what_a_phone_showed_is_what_happened(fair, phone):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    token = token_of(badge)
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)
    told = sent_scan(token, shown={"code": "in", "detail": ""}, list_version=1)

    (taken,) = scans.record_scans(phone, [told], now=NOW, clock_shift=timedelta(0))
    (again,) = scans.record_scans(phone, [told], now=NOW, clock_shift=timedelta(0))

    # The phone hears that its list was old; the row keeps that the person went in.
    assert (taken.status, taken.verdict.code) == ("accepted", "revoked")
    assert (again.status, again.verdict.code) == ("duplicate", "in")
    (passage,) = gate_beats.take_beat(phone, Report(0, 1, None, 0, 0), now=NOW).passages
    assert passage.admitted


def test_clock_of_the_phone_is_corrected_by_what_it_knows(fair, phone):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    wrong = NOW - timedelta(days=3)
    scan = sent_scan(token_of(badge), at=wrong, offset=3 * 24 * 3600 * 1000)

    (taken,) = scans.record_scans(phone, [scan], now=NOW, clock_shift=timedelta(0))

    (passage,) = gate_beats.take_beat(phone, Report(0, 1, None, 0, 0), now=NOW).passages
    assert (taken.verdict.code, passage.at) == ("in", NOW)
