"""The bulletin: published items, places that are never given twice, the line, digests."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import actor_of, make_exhibitor, make_member, make_staff
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tgfair.models import (
    AnswerState,
    Area,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    Message,
    Role,
)
from tgfair.policy import SYSTEM
from tgfair.services.bulletin_answers import (
    AnswerData,
    answer_bulletin,
    mark_attended,
    withdraw_answer,
)
from tgfair.services.bulletin_digests import follow, send_digests, stop_following
from tgfair.services.bulletins import (
    BulletinData,
    publish_bulletin,
    save_bulletin,
    withdraw_bulletin,
)
from tgfair.services.uow import reader

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
CLASS = BulletinData(
    BulletinKind.CLASS,
    "Lớp bán hàng trực tuyến",
    "Mỹ Tho",
    Area.PROVINCE,
    date(2026, 6, 1),
    date(2026, 6, 2),
    answer_until=date(2026, 5, 25),
    places=2,
)
FAIR = BulletinData(
    BulletinKind.FAIR,
    "Hội chợ hàng Việt Cần Thơ",
    "Cần Thơ",
    Area.REGION,
    date(2026, 7, 1),
    date(2026, 7, 5),
    groups=("food",),
)
WHO = AnswerData("Nguyễn Thị Út Hạnh", "0912 345 678")


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def published(data, now=NOW):
    name = save_bulletin(SYSTEM, data, now=now)
    publish_bulletin(SYSTEM, name, now=now)
    return name


def answer(item, exhibitor, now=NOW):
    return answer_bulletin(SYSTEM, item, exhibitor.public_id, WHO, now=now)


def standing(item):
    reader().rollback()
    rows = reader().scalars(select(BulletinAnswer).join(Bulletin).where(Bulletin.public_id == item))
    return {row.exhibitor_id: row.state for row in rows}


def free(item):
    reader().rollback()
    return reader().scalar(select(Bulletin.free).where(Bulletin.public_id == item))


def test_interest_in_a_fair_elsewhere_is_collected(app):
    item, exhibitor = published(FAIR), make_exhibitor()

    assert answer(item, exhibitor) is AnswerState.INTERESTED
    assert withdraw_answer(SYSTEM, item, exhibitor.public_id, now=NOW) is None
    assert answer(item, exhibitor) is AnswerState.INTERESTED


def test_answering_and_withdrawing_twice_counts_once():
    item, exhibitor = published(replace(CLASS, places=3)), make_exhibitor()

    answered = [answer(item, exhibitor) for _ in range(2)]
    after_answer = free(item)
    for _ in range(2):
        assert withdraw_answer(SYSTEM, item, exhibitor.public_id, now=NOW) is None

    assert (answered, after_answer, free(item)) == ([AnswerState.PLACED] * 2, 2, 3)


def test_a_full_class_has_a_line_and_a_place_goes_to_who_waits_longest():
    item = published(CLASS)
    people = [make_exhibitor() for _ in range(4)]

    given = [answer(item, one, NOW + timedelta(minutes=n)) for n, one in enumerate(people)]
    next_one = withdraw_answer(SYSTEM, item, people[0].public_id, now=NOW)

    assert given == [AnswerState.PLACED] * 2 + [AnswerState.WAITING] * 2
    assert next_one is not None
    assert standing(item) == {
        people[0].id: AnswerState.WITHDRAWN,
        people[1].id: AnswerState.PLACED,
        people[2].id: AnswerState.PLACED,
        people[3].id: AnswerState.WAITING,
    }
    assert free(item) == 0
    told = reader().scalars(select(Message.dedupe_key).where(Message.kind == "place")).all()
    assert sum(key.endswith(":moved") for key in told) == 1


def test_the_last_places_are_given_once_under_a_rush(app):
    item = published(replace(CLASS, places=3))
    names = [make_exhibitor().public_id for _ in range(12)]
    reader().rollback()

    def take(name):
        with app.app_context():
            answer_bulletin(SYSTEM, item, name, WHO, now=NOW)

    threads = [threading.Thread(target=take, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    states = sorted(standing(item).values())
    assert states == [AnswerState.PLACED] * 3 + [AnswerState.WAITING] * 9
    assert free(item) == 0


def test_only_who_has_a_place_is_marked_as_there():
    item, one, two = published(replace(CLASS, places=1)), make_exhibitor(), make_exhibitor()
    answer(item, one)
    answer(item, two)
    rows = {row.exhibitor_id: row.public_id for row in reader().scalars(select(BulletinAnswer))}

    there = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)

    with pytest.raises(InvalidError, match="từ ngày 01/06/2026"):
        mark_attended(SYSTEM, rows[one.id], now=there - timedelta(hours=9))
    first = mark_attended(SYSTEM, rows[one.id], now=there).attended_at
    again = mark_attended(SYSTEM, rows[one.id], now=there + timedelta(hours=1)).attended_at

    assert (first, again) == (there, there)
    with pytest.raises(ConflictError):
        mark_attended(SYSTEM, rows[two.id], now=NOW)


def test_a_withdrawn_class_tells_who_answered_and_takes_nobody_more():
    item, exhibitor = published(CLASS), make_exhibitor()
    answer(item, exhibitor)

    assert withdraw_bulletin(SYSTEM, item, "Giảng viên bận", now=NOW) == 1
    with pytest.raises(NotFoundError):
        answer(item, make_exhibitor())


def test_a_draft_and_a_passed_deadline_take_no_answers():
    draft, exhibitor = save_bulletin(SYSTEM, CLASS, now=NOW), make_exhibitor()
    with pytest.raises(NotFoundError):
        answer(draft, exhibitor)
    publish_bulletin(SYSTEM, draft, now=NOW)

    with pytest.raises(InvalidError, match="hết hạn đăng ký"):
        answer(draft, exhibitor, datetime(2026, 5, 26, 3, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"last_day": date(2026, 5, 1)}, "last_day"),
        ({"answer_until": date(2027, 1, 1)}, "answer_until"),
        ({"places": 0}, "places"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_items_that_cannot_be_are_refused(change, field):
    with pytest.raises(InvalidError) as caught:
        save_bulletin(SYSTEM, replace(CLASS, **change), now=NOW)

    assert caught.value.field == field


def test_a_form_sent_twice_makes_one_item():
    assert len({save_bulletin(SYSTEM, CLASS, key="k1", now=NOW) for _ in range(2)}) == 1
    assert len(reader().scalars(select(Bulletin)).all()) == 1


def test_places_never_sink_below_those_taken():
    item = published(CLASS)
    answer(item, make_exhibitor())
    answer(item, make_exhibitor())
    seen = reader().scalar(select(Bulletin.version).where(Bulletin.public_id == item))

    with pytest.raises(InvalidError, match="Đã có 2 chỗ"):
        save_bulletin(
            SYSTEM, replace(CLASS, places=1), bulletin_id=item, seen_version=seen, now=NOW
        )


def change(item, data, now=NOW):
    seen = reader().scalar(select(Bulletin.version).where(Bulletin.public_id == item))
    save_bulletin(SYSTEM, data, bulletin_id=item, seen_version=seen, now=now)


def test_more_places_go_to_who_waits_longest():
    item = published(replace(CLASS, places=1))
    people = [make_exhibitor() for _ in range(4)]
    for n, one in enumerate(people):
        answer(item, one, NOW + timedelta(minutes=n))

    change(item, replace(CLASS, places=3))

    assert [standing(item)[one.id] for one in people] == (
        [AnswerState.PLACED] * 3 + [AnswerState.WAITING]
    )
    assert free(item) == 0
    told = reader().scalars(select(Message.dedupe_key).where(Message.kind == "place")).all()
    assert sum(key.endswith(":moved") for key in told) == 2


def test_a_place_given_back_after_the_last_day_goes_to_nobody():
    item = published(replace(CLASS, places=1))
    there, waits = make_exhibitor(), make_exhibitor()
    answer(item, there)
    answer(item, waits)
    after = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)

    assert withdraw_answer(SYSTEM, item, there.public_id, now=after) is None

    assert standing(item)[waits.id] is AnswerState.WAITING
    assert free(item) == 1


def digests():
    reader().rollback()
    rows = reader().scalars(select(Message).where(Message.kind == "news").order_by(Message.id))
    return [(row.exhibitor_id, len(row.params["items"])) for row in rows]


def test_a_digest_holds_what_is_followed_and_comes_once_a_week():
    food, craft = make_exhibitor(email="a@example.vn"), make_exhibitor(email="b@example.vn")
    follow(SYSTEM, food.public_id, ["food"], [], now=NOW)
    follow(SYSTEM, craft.public_id, ["craft"], [Area.REGION], now=NOW)
    published(FAIR)
    published(CLASS)

    sent = [send_digests(NOW + timedelta(hours=hours)) for hours in (1, 2, 24)]

    assert sent == [1, 0, 0]
    assert digests() == [(food.id, 2)]
    published(replace(FAIR, title="Hội chợ thứ hai", groups=()), now=NOW + timedelta(days=3))
    assert send_digests(NOW + timedelta(days=8)) == 2
    assert digests() == [(food.id, 2), (food.id, 1), (craft.id, 1)]


def test_who_stops_following_gets_no_digest():
    exhibitor = make_exhibitor(email="a@example.vn")
    follow(SYSTEM, exhibitor.public_id, [], [], now=NOW)
    stop_following(SYSTEM, exhibitor.public_id)
    published(FAIR)

    assert send_digests(NOW + timedelta(hours=1)) == 0


def test_who_may_do_what():
    exhibitor, stranger = make_exhibitor(), make_exhibitor()
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    reviewer = make_staff(Role.REVIEWER)
    item = published(CLASS)

    assert answer_bulletin(owner, item, exhibitor.public_id, WHO, now=NOW) is AnswerState.PLACED
    with pytest.raises(NotFoundError):
        answer_bulletin(owner, item, stranger.public_id, WHO, now=NOW)
    for act in (
        lambda: save_bulletin(reviewer, CLASS, now=NOW),
        lambda: publish_bulletin(reviewer, item, now=NOW),
        lambda: withdraw_bulletin(owner, item, "Bận", now=NOW),
        lambda: mark_attended(owner, "x", now=NOW),
    ):
        with pytest.raises(ForbiddenError):
            act()
