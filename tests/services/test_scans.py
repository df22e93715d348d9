"""Scans from the phone to the head count, on both databases."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support import builders
from tests.support.gate_world import (
    FAIR_DAY,
    make_badges,
    make_gate,
    make_gate_fair,
    pair_phone,
    phone_actor,
    sent_scan,
    token_of,
)
from tgfair.core.errors import ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import Application, Fair, FairDateChange, PairingCode, Role, Scan
from tgfair.policy import SYSTEM
from tgfair.services import badges, gates, scans
from tgfair.services.queries import gate_phones, head_counts
from tgfair.services.queries import gates as queries
from tgfair.services.uow import reader, transaction

NOW = FAIR_DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_gate_fair()


@pytest.fixture
def phone(fair):
    return phone_actor(pair_phone(fair, 1))


@pytest.fixture
def other_phone(fair):
    return phone_actor(pair_phone(fair, 2, "Máy của Tư"))


@pytest.fixture
def badge(fair):
    return make_badges(fair, "Nguyễn Thị Út Hạnh")[0]


def take(actor, *items, now=NOW):
    return scans.record_scans(actor, items, now=now, clock_shift=timedelta(0))


def colours(actor, *items, now=NOW):
    return [
        (one.status, one.verdict.colour, one.verdict.code) for one in take(actor, *items, now=now)
    ]


def inside(fair, now=NOW):
    reader().rollback()
    return head_counts.counts(fair.id, now=now).inside


def test_first_scan_is_green_and_counts(fair, phone, badge):
    (taken,) = take(phone, sent_scan(token_of(badge)))

    assert (taken.status, taken.verdict.title, taken.badge_id) == ("accepted", "MỜI VÀO", badge.id)
    assert head_counts.counts(fair.id, now=NOW) == head_counts.Counts(inside=1, expected=1)


def test_second_scan_is_amber_with_time_and_gate(fair, phone, other_phone, badge):
    take(phone, sent_scan(token_of(badge)))

    (taken,) = take(other_phone, sent_scan(token_of(badge), at=NOW + MINUTE), now=NOW + MINUTE)

    assert taken.verdict.detail == "Đã vào lúc 09:14 ở cổng 1."
    assert taken.verdict.code == "already_in"
    assert inside(fair) == 1


def test_same_scan_sent_again_gets_its_first_verdict(fair, phone, badge):
    scan = sent_scan(token_of(badge))
    (first,) = take(phone, scan)
    take(phone, sent_scan(token_of(badge)))

    (again,) = take(phone, scan)

    assert (again.id, again.status, again.verdict) == (scan["id"], "duplicate", first.verdict)
    assert reader().scalar(select(func.count()).select_from(Scan)) == 2


def test_same_scan_twice_in_one_batch_is_one_row(phone, badge):
    scan = sent_scan(token_of(badge))

    assert colours(phone, scan, scan) == [
        ("accepted", "green", "in"),
        ("duplicate", "green", "in"),
    ]
    assert reader().scalar(select(func.count()).select_from(Scan)) == 1


def test_out_and_in_again(fair, phone, badge):
    token = token_of(badge)
    batch = [
        sent_scan(token, at=NOW),
        sent_scan(token, at=NOW + MINUTE, direction="out"),
    ]

    assert colours(phone, *batch, now=NOW + MINUTE) == [
        ("accepted", "green", "in"),
        ("accepted", "green", "out"),
    ]
    assert inside(fair) == 0
    late = NOW + 2 * MINUTE
    assert colours(phone, sent_scan(token, at=late), now=late) == [("accepted", "green", "in")]
    assert inside(fair) == 1


def test_undo_takes_the_passage_back(fair, phone, badge):
    scan = sent_scan(token_of(badge))
    take(phone, scan)

    undo = sent_scan(token_of(badge), cancels=scan["id"])
    assert colours(phone, undo) == [("accepted", "amber", "undone")]
    assert inside(fair) == 0
    assert colours(phone, sent_scan(token_of(badge))) == [("accepted", "green", "in")]
    assert inside(fair) == 1


def test_undo_that_arrives_before_its_scan_works_too(fair, phone, badge):
    scan = sent_scan(token_of(badge))
    take(phone, sent_scan(token_of(badge), cancels=scan["id"]))

    take(phone, scan)

    assert inside(fair) == 0


def test_undo_of_another_phones_scan_changes_nothing(fair, phone, other_phone, badge):
    scan = sent_scan(token_of(badge))
    take(phone, scan)

    take(other_phone, sent_scan(token_of(badge), cancels=scan["id"]))

    assert inside(fair) == 1


def test_override_lets_in_with_a_reason_and_counts_once(fair, phone, badge):
    token = token_of(badge)
    take(phone, sent_scan(token))

    allowed = sent_scan(token, override=True, reason="Ban Tổ chức cho phép")
    assert colours(phone, allowed) == [("accepted", "green", "overridden")]

    row = reader().scalars(select(Scan).where(Scan.scan_id == allowed["id"])).one()
    assert (row.admitted, row.override_reason) == (True, "Ban Tổ chức cho phép")
    assert inside(fair) == 1


def test_revoked_and_old_badges_are_red_at_once_and_no_override_helps(phone, fair):
    revoked, replaced = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    tokens = token_of(revoked), token_of(replaced)
    badges.revoke_badge(SYSTEM, revoked.public_id, reason="Mất thẻ", now=NOW)
    badges.reissue_badge(SYSTEM, replaced.public_id, reason="Mất thẻ", now=NOW)

    answers = colours(
        phone, *(sent_scan(token, override=True, reason="Cứ vào") for token in tokens)
    )

    assert answers == [("accepted", "red", "revoked"), ("accepted", "red", "old_generation")]
    assert inside(fair) == 0
    assert colours(phone, sent_scan(token_of(replaced))) == [("accepted", "green", "in")]


def test_badge_of_a_withdrawn_application_is_red(phone, badge):
    with transaction() as session:
        session.get_one(Application, badge.application_id).state = State.WITHDRAWN

    assert colours(phone, sent_scan(token_of(badge))) == [("accepted", "red", "revoked")]


def test_badge_of_another_fair_is_red(phone):
    (foreign,) = make_badges(builders.make_fair(), "Lê Văn Ơn")

    (taken,) = take(phone, sent_scan(token_of(foreign)))

    assert (taken.verdict.code, taken.badge_id) == ("unknown_key", None)
    code = sent_scan(foreign.short_code, mode="code")
    assert colours(phone, code) == [("accepted", "red", "unknown_code")]


def test_typed_code_is_as_good_as_the_picture(phone, badge):
    typed = f"{badge.short_code[:4]}-{badge.short_code[4:]}".lower()

    assert colours(phone, sent_scan(typed, mode="code")) == [("accepted", "green", "in")]
    assert colours(phone, sent_scan("0000-0000", mode="code"))[0][1] == "red"


def test_each_scan_is_judged_on_its_own_day(fair, phone, badge):
    token = token_of(badge)
    last_evening = datetime(2026, 6, 18, 16, 59, tzinfo=UTC)  # 23:59 on the 18th in Vietnam
    midnight = last_evening + MINUTE

    take(phone, sent_scan(token, at=last_evening), now=last_evening)

    assert colours(phone, sent_scan(token, at=midnight), now=midnight) == [
        ("accepted", "green", "in")
    ]
    after = datetime(2026, 6, 21, 17, 0, tzinfo=UTC)
    assert colours(phone, sent_scan(token, at=after), now=after) == [("accepted", "red", "late")]
    assert (inside(fair, last_evening), inside(fair, midnight), inside(fair, after)) == (1, 1, 0)


def test_scan_kept_during_a_break_counts_for_its_own_time(fair, phone, other_phone, badge):
    token, later = token_of(badge), NOW + timedelta(hours=3)
    take(other_phone, sent_scan(token, at=later), now=later)

    (kept,) = take(phone, sent_scan(token, at=NOW), now=later + MINUTE)

    assert (kept.verdict.code, inside(fair)) == ("in", 1)
    organiser = builders.make_staff(Role.ORGANISER)
    day = queries.gate_day(organiser, reader().get_one(Fair, fair.id), now=later)
    assert [(d.first, d.second) for d in day.double_entries] == [
        ("09:14, Cổng chính", "12:14, Cổng phụ")
    ]


@pytest.mark.parametrize("wall", ["1970-01-01T00:00:00Z", "2031-06-18T02:14:00Z"])
def test_clock_that_cannot_be_right_is_not_believed(phone, badge, wall):
    (taken,) = take(phone, sent_scan(token_of(badge)) | {"wall": wall})

    assert taken.verdict.code == "in"
    row = reader().scalars(select(Scan)).one()
    assert (row.wall_at, row.at) == (datetime.fromisoformat(wall), NOW)


def test_badge_printed_before_the_fair_moved_is_good_on_the_new_days(fair, phone, badge):
    token = token_of(badge)
    with transaction() as session:
        row = session.get_one(Fair, fair.id)
        row.first_day, row.last_day = date(2026, 6, 25), date(2026, 6, 28)
        change = FairDateChange(
            fair_id=fair.id,
            old_first_day=date(2026, 6, 18),
            old_last_day=date(2026, 6, 21),
            new_first_day=row.first_day,
            new_last_day=row.last_day,
            reason="Bão",
            changed_at=builders.NOW + timedelta(days=1),
        )
        session.add(change)
    new_day = datetime(2026, 6, 25, 2, 0, tzinfo=UTC)

    assert colours(phone, sent_scan(token)) == [("accepted", "red", "early")]
    assert colours(phone, sent_scan(token, at=new_day), now=new_day) == [
        ("accepted", "green", "in")
    ]


@pytest.mark.parametrize("rounds", [3])
def test_two_gates_at_the_same_moment_show_one_green(app, fair, phone, other_phone, badge, rounds):
    for number in range(rounds):
        at = NOW + timedelta(days=number)
        token, outcomes, start = token_of(badge), [], threading.Barrier(4)

        def run(actor, wall, at=at, token=token, outcomes=outcomes, start=start):
            with app.app_context():
                start.wait()
                outcomes += colours(actor, sent_scan(token, at=wall), now=at)

        # The clocks of phones differ by some seconds.
        walls = [at - timedelta(seconds=2 * n) for n in range(4)]
        actors = [phone, other_phone, phone, other_phone]
        threads = [
            threading.Thread(target=run, args=pair) for pair in zip(actors, walls, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(code for _, _, code in outcomes) == ["already_in"] * 3 + ["in"]
        assert inside(fair, at) == 1


def test_same_scan_at_the_same_moment_is_one_row(app, phone, badge):
    items = [sent_scan(token_of(badge)), sent_scan("https://example.org/")]
    outcomes, start = [], threading.Barrier(4)

    def run():
        with app.app_context():
            start.wait()
            outcomes.append([one.verdict.code for one in take(phone, *items)])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [["in", "not_a_badge"]] * 4
    reader().rollback()
    assert reader().scalar(select(func.count()).select_from(Scan)) == 2


BAD = [
    None,
    7,
    [],
    "text",
    {},
    sent_scan("x") | {"id": "no hex"},
    sent_scan("x") | {"id": 5},
    sent_scan("x") | {"seq": -1},
    sent_scan("x") | {"seq": 2**70},
    sent_scan("x") | {"seq": True},
    sent_scan("x") | {"text": 12},
    sent_scan("x" * 9000),
    sent_scan("x") | {"mode": "eye"},
    sent_scan("x") | {"mode": ["qr"]},
    sent_scan("x") | {"direction": "up"},
    sent_scan("x") | {"direction": {}},
    sent_scan("x") | {"wall": "yesterday"},
    sent_scan("x") | {"wall": "2026-06-18T02:14:00"},
    sent_scan("x") | {"wall": "0001-01-01T00:00:00+14:00"},
    sent_scan("x") | {"wall": 7},
    sent_scan("x") | {"mono": "soon"},
    sent_scan("x") | {"mono": float("nan")},
    sent_scan("x") | {"mono": 2**80},
    sent_scan("x") | {"override": "yes"},
    sent_scan("x") | {"reason": "x" * 300},
    sent_scan("x") | {"reason": "a\x00b"},
    sent_scan("x") | {"cancels": "x"},
]


def test_bad_items_are_rejected_alone(phone, badge):
    good = sent_scan(token_of(badge))

    answers = take(phone, *BAD, good)

    assert [one.status for one in answers] == ["rejected"] * len(BAD) + ["accepted"]
    assert answers[-1].verdict.code == "in"


@pytest.mark.parametrize(
    "text",
    ["", "TG1:", "TG1:" + "A" * 120, "TG1:" + ":" * 120, "BEGIN:VCARD\nN:Út", "\x00", "\ud800"],
)
def test_whatever_else_a_code_holds_is_red(phone, text):
    (qr,), (typed,) = take(phone, sent_scan(text)), take(phone, sent_scan(text, mode="code"))

    assert (qr.status, qr.verdict.colour) == ("accepted", "red")
    assert (typed.status, typed.verdict.code) == ("accepted", "unknown_code")


def test_too_large_a_batch_is_refused(phone):
    with pytest.raises(InvalidError):
        take(phone, *[None] * 201)


def test_revoked_phone_is_shut_out(fair, phone, badge):
    gates.revoke_device(SYSTEM, fair.id, phone.device_id, now=NOW)

    with pytest.raises(gates.UnpairedError):
        take(phone, sent_scan(token_of(badge)))


def test_only_a_phone_scans(fair, badge):
    with pytest.raises(gates.UnpairedError):
        take(builders.make_staff(Role.ADMIN), sent_scan(token_of(badge)))


def test_search_finds_names_of_the_own_fair_only(fair, phone, badge):
    make_badges(builders.make_fair(), "Nguyễn Thị Út Hạnh Khác")

    hits = gate_phones.search_badges(phone, "ut HANH")

    assert [(hit.short_code, hit.name, hit.kind_label) for hit in hits] == [
        (badge.short_code, "Nguyễn Thị Út Hạnh", "Thẻ gian hàng")
    ]
    assert gate_phones.search_badges(phone, "ú") == []
    assert gate_phones.search_badges(phone, "%%") == []
    assert gate_phones.search_badges(phone, "a" * 1000) == []


def test_holders_are_of_the_own_fair_only(phone, fair):
    first, second = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    (foreign,) = make_badges(builders.make_fair(), "Lê Văn Ơn")

    holders = gate_phones.holders_of(phone, {first.id, second.id, foreign.id})

    organisation, kind = "Cơ sở Mắm Út Hạnh", "Thẻ gian hàng"
    assert holders == {
        first.id: gate_phones.Holder("Nguyễn Thị Út Hạnh", organisation, "", kind, "1/2"),
        second.id: gate_phones.Holder("Trần Văn Đức", organisation, "", kind, "2/2"),
    }


def test_pairing_code_works_once_and_ten_minutes(fair):
    gates.create_pairing(SYSTEM, fair.id, 1, now=NOW)
    pairing = gates.newest_pairing(SYSTEM, fair.id, 1)
    paired = gates.pair(f" {pairing.code[:5].lower()}-{pairing.code[5:]}", "Máy của Lan", now=NOW)

    assert (paired.gate, paired.gate_label, paired.event) == (1, "Cổng chính", fair.number)
    assert phone_actor(paired).device_fair_id == fair.id
    with pytest.raises(gates.PairingCodeError):
        gates.pair(pairing.code, "Máy khác", now=NOW)
    with pytest.raises(gates.PairingCodeError):
        gates.pair("0000000000", "Máy khác", now=NOW)


def test_old_pairing_code_is_refused(fair):
    gates.create_pairing(SYSTEM, fair.id, 1, now=NOW)
    code = gates.newest_pairing(SYSTEM, fair.id, 1).code
    with transaction() as session:
        row = session.scalars(select(PairingCode)).one()
        assert row.expires_at - row.created_at == timedelta(minutes=10)
        assert row.code_hash != code
        row.expires_at -= timedelta(minutes=10)

    with pytest.raises(gates.PairingCodeError):
        gates.pair(code, "Máy của Lan", now=NOW)
    assert gates.newest_pairing(SYSTEM, fair.id, 1) is None


def test_pairing_code_at_the_same_moment_pairs_one_phone(app, fair):
    gates.create_pairing(SYSTEM, fair.id, 1, now=NOW)
    code = gates.newest_pairing(SYSTEM, fair.id, 1).code
    outcomes, start = [], threading.Barrier(4)

    def run(name):
        with app.app_context():
            start.wait()
            try:
                gates.pair(code, name, now=NOW)
                outcomes.append("paired")
            except gates.PairingCodeError as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=run, args=(secrets.token_hex(4),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["paired", "pairing_code", "pairing_code", "pairing_code"]


def test_phone_stops_after_the_day_after_the_fair(fair):
    paired = pair_phone(fair)
    end = datetime(2026, 6, 22, 17, 0, tzinfo=UTC)

    assert phone_actor(paired, now=end - MINUTE).device_fair_id == fair.id
    with pytest.raises(gates.UnpairedError):
        phone_actor(paired, now=end)
    with pytest.raises(gates.UnpairedError):
        gates.actor_for_device("unknown", now=NOW)


def test_gates_are_for_organisers(fair):
    with pytest.raises(ForbiddenError):
        gates.create_gate(builders.make_staff(Role.REVIEWER), fair.id, "Cổng sau", now=NOW)
    with pytest.raises(InvalidError):
        gates.create_gate(SYSTEM, fair.id, "Cổng chính", now=NOW)
    for number in range(3, 9):
        assert make_gate(fair, f"Cổng {number}") == number
    with pytest.raises(InvalidError, match="tối đa 8 cổng"):
        make_gate(fair, "Cổng thứ chín")
