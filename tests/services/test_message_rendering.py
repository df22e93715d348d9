"""Every kind of message, rendered from real rows."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    save,
)
from tgfair import clock
from tgfair.core.draw.lots import ZoneLots, closed_list, list_hash
from tgfair.core.draw.sources import SourceKind
from tgfair.core.workflow import EFFECTS, Event, State
from tgfair.mail.catalog import KINDS
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.mail.render import TEMPLATES, unlinked
from tgfair.models import (
    AnswerState,
    Application,
    Area,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    BulletinState,
    Campaign,
    CampaignKind,
    CodePurpose,
    Draw,
    DrawEntry,
    DrawMode,
    DrawState,
    FairDateChange,
    FairStatus,
    Fix,
    Message,
    MessageState,
    Offer,
    OneTimeCode,
    Rsvp,
    WaitlistEntry,
    WaitSource,
)
from tgfair.services.message_context import ObsoleteError, facts_of
from tgfair.services.message_rendering import rendered_message, zalo_text
from tgfair.services.one_time_codes import issue, secrets_of
from tgfair.services.uow import reader, transaction

# Every letter of Vietnamese with every mark.
LETTERS = "ăâđêôơư" + "".join(
    unicodedata.normalize("NFC", base + mark)
    for base in "aăâeêioôơuưy"
    for mark in "\u0300\u0301\u0303\u0309\u0323"
)
EVERY = LETTERS + LETTERS.upper()


PURPOSES = {
    "sign_in": CodePurpose.SIGN_IN,
    "confirm_code": CodePurpose.STEP_UP,
    "staff_setup": CodePurpose.STAFF_SETUP,
}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


# Kind -> what its message carries.
OWN = {
    "news": lambda world: {"items": [world.item().id]},
    "place": lambda world: {"answer_id": world.answer()},
    "notice": lambda _: {"text": "Mang theo thẻ.\nVào hàng từ 7 giờ."},
}


class World:
    """A fair, an invited exhibitor with an application that has a booth, and one of each row."""

    def __init__(self, **fair):
        values = {"decision_on": date(2026, 5, 30), "plan_on": date(2026, 6, 5), **fair}
        self.fair = make_fair(**values)
        self.exhibitor = make_exhibitor("Hợp tác xã Mắm tôm chà Gò Công")
        self.invitation = make_invitation(self.fair, self.exhibitor, rsvp=Rsvp.YES, headcount=2)
        self.application = make_application(
            self.fair, self.exhibitor, State.ALLOCATED, fix_until=NOW + timedelta(days=5)
        )
        self._booth()
        application_id = self.application.id
        for step, field, text in (
            ("files", "ocop_cert", "Ảnh bị mờ"),
            ("contact", "phone", "Thiếu 1 chữ số"),
        ):
            save(Fix(application_id=application_id, round=1, step=step, field=field, text=text))
        save(
            FairDateChange(
                fair_id=self.fair.id,
                old_first_day=date(2026, 6, 11),
                old_last_day=date(2026, 6, 14),
                new_first_day=self.fair.first_day,
                new_last_day=self.fair.last_day,
                reason="Tránh áp thấp nhiệt đới",
                changed_at=NOW,
            )
        )

    def _booth(self):
        from tests.support.builders import install_plan
        from tgfair.models import Assignment, AssignmentSource, AssignmentState, Booth

        install_plan(self.fair)
        booth = reader().scalars(select(Booth).where(Booth.fair_id == self.fair.id)).first()
        self.booth = booth.label
        save(
            Assignment(
                fair_id=self.fair.id,
                booth_id=booth.id,
                application_id=self.application.id,
                source=AssignmentSource.HAND,
                state=AssignmentState.LIVE,
                created_at=NOW,
            )
        )

    def message(self, kind, *, email="htx@example.vn", **params):
        if kind.startswith("draw_"):
            params["draw_id"] = self.draw()
        if kind == "offer":
            params["offer_id"] = self.offer()
        if kind == "booth_picked":
            params["picked"] = self.booth
        if kind in {"slot_given", "slot_cancelled", "slot_gone"}:
            params |= {"window": "07:00–08:00, Cổng 1", "before": "08:00–09:00, Cổng 1"}
        if kind == "booth_redrawn":
            params["changes"] = [f"Gian {self.booth}: dời chỗ."]
        params |= OWN.get(kind, lambda _: {})(self)
        if kind in PURPOSES:
            params["code_id"] = self.code(kind).id
        campaign_id = None
        if kind in {"campaign", "campaign_test"}:
            campaign_id = self.campaign()
            params |= {"campaign": campaign_id, "exhibitor": self.exhibitor.id}
        with transaction() as session:
            application = session.merge(self.application)
            if not KINDS[kind].is_true(application.state):
                application.state = min(KINDS[kind].while_in)
            message = enqueue(
                session,
                kind,
                Recipient("Nguyễn Thị Út Hạnh", email, "+84900000123", self.exhibitor.id),
                dedupe=f"{kind}:{params}",
                now=NOW,
                links=Links(self.fair.id, self.application.id, self.invitation.id),
                **params,
            )
            message.campaign_id = campaign_id if kind == "campaign" else None
            session.flush()
            return message.id

    def item(self):
        return save(
            Bulletin(
                public_id="i" * 32,
                kind=BulletinKind.CLASS,
                state=BulletinState.PUBLISHED,
                title="Lớp tập huấn bán hàng trực tuyến",
                place="Mỹ Tho",
                area=Area.PROVINCE,
                first_day=date(2026, 7, 1),
                last_day=date(2026, 7, 2),
                answer_until=date(2026, 6, 20),
                places=20,
                free=19,
                search_fold="lop",
                created_at=NOW,
                changed_at=NOW,
            )
        )

    def answer(self):
        item = self.item()
        return save(
            BulletinAnswer(
                public_id="a" * 32,
                bulletin_id=item.id,
                exhibitor_id=self.exhibitor.id,
                state=AnswerState.PLACED,
                person="Nguyễn Thị Út Hạnh",
                answered_at=NOW,
            )
        ).id

    def campaign(self):
        """A notice to applications, with chips."""
        row = Campaign(
            public_id="c",
            fair_id=self.fair.id,
            kind=CampaignKind.NOTICE,
            title="Giờ vào gian",
            subject="Giờ vào gian {sự kiện}",
            body="Kính gửi {cơ sở}. Mời vào gian trước {hạn xác nhận}.\n\n{đường dẫn}",
            created_at=NOW,
        )
        return save(row).id

    def offer(self):
        """An open offer to this application."""
        entry = WaitlistEntry(
            fair_id=self.fair.id,
            application_id=self.application.id,
            source=WaitSource.APPROVAL,
            rank=1,
            entered_at=NOW,
        )
        entry_id = save(entry).id
        until = NOW + timedelta(hours=24)
        return save(Offer(fair_id=self.fair.id, entry_id=entry_id, until=until, made_at=NOW)).id

    def draw(self):
        """A frozen list with this application on it."""
        closed = closed_list(
            event="e",
            closed_at="t",
            source="Sáu quả bóng",
            rules="",
            zones=[ZoneLots("A", (self.application.code, "HS-1"), ("A01",))],
        )
        entry = DrawEntry(application_id=self.application.id, zone_code="A", lot=2)
        with transaction() as session:
            known = session.scalars(select(Draw.id)).first()
            if known is not None:
                return known
            draw = Draw(
                fair_id=self.fair.id,
                number=1,
                mode=DrawMode.BOOTHS,
                state=DrawState.FROZEN,
                source_kind=SourceKind.HALL,
                source_name="Hội trường",
                source_at=NOW,
                closed_at=NOW,
                objection_hours=0,
                objections_until=NOW,
                closed=closed,
                list_hash=list_hash(closed),
                public="07 45",
                entries=[entry],
            )
            session.add(draw)
            session.flush()
            return draw.id

    def code(self, kind):
        user = make_user()
        with transaction() as session:
            row = OneTimeCode(purpose=PURPOSES[kind], user_id=user.id, email=user.email)
            return issue(session, row)

    def mail(self, kind, **params):
        message = reader().get_one(Message, self.message(kind, **params))
        return rendered_message(reader(), message, now=clock.real_now())


@pytest.fixture
def world():
    return World()


def words(text):
    return re.findall(r"\w+", unicodedata.normalize("NFC", text))


def visible(source):
    body = source[source.index("<main>") : source.index("</main>")]
    body = re.sub(r"<h1>.*?</h1>", "", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def without_addresses(text):
    return re.sub(r"https?://\S+", " ", text.partition("\n--\n")[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_the_same_in_text_and_html(world, kind):
    mail = world.mail(kind, reason="Thiếu nguồn điện ba pha")

    assert "\n" not in mail.subject
    assert 10 <= len(mail.subject) <= 150
    said = words(without_addresses(mail.text))
    assert [word for word in said if not word.isdigit()] == [
        word for word in words(without_addresses(visible(mail.html))) if not word.isdigit()
    ]
    assert "{{" not in mail.text + mail.html
    assert "None" not in mail.text + mail.html


@pytest.mark.parametrize("kind", [kind for kind, entry in KINDS.items() if entry.calls])
def test_every_kind_of_the_call_list_has_a_text_to_paste(world, kind):
    message = reader().get_one(Message, world.message(kind, email=None, reason="Lý do"))

    text = zalo_text(reader(), message, facts_of(reader(), [message]))

    assert text.startswith("Kính gửi Hợp tác xã Mắm tôm chà Gò Công. ")
    assert len(text) <= 700


def test_the_folders_of_the_templates_are_the_catalogue():
    folders = {path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir()}
    short = {path.parent.name for path in (TEMPLATES / "mail").glob("*/zalo.txt")}

    assert folders == set(KINDS)
    assert short == {kind for kind, entry in KINDS.items() if entry.calls}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_owes_mails_of_the_catalogue_or_none(event):
    assert [kind for kind in EFFECTS[event].mails if kind not in KINDS] == []


def test_a_booth_mail_names_booth_deadline_and_the_one_link(world):
    mail = world.mail("booth_assigned")

    assert world.booth in mail.subject
    assert mail.subject.endswith("xin xác nhận trước 09/06/2026")
    assert "Xác nhận trước: 09:00 Thứ Ba, 09/06/2026" in mail.text
    assert "từ Thứ Năm, 18/06/2026 (mùng 4 tháng 5 năm Bính Ngọ)" in mail.text
    assert mail.text.count("/m/") == 1
    assert "Cô Hạnh: 0900 000 001" in mail.text


def test_who_took_the_booth_themselves_is_not_asked_to_confirm(world):
    message_id = world.message("booth_assigned")
    with transaction() as session:
        session.get_one(Application, world.application.id).state = State.CONFIRMED

    message = reader().get_one(Message, message_id)
    mail = rendered_message(reader(), message, now=NOW)
    short = zalo_text(reader(), message, facts_of(reader(), [message]))

    assert mail.subject == f"Gian {world.booth} tại {world.fair.name}"
    for said in (mail.text, mail.html, short):
        assert "không phải xác nhận lần nữa" in said
        assert not re.search("Xác nhận trước|xin xác nhận|Xem vị trí và", said)


def test_a_sign_in_mail_derives_its_secrets_when_it_is_rendered(world):
    message_id = world.message("sign_in")
    message = reader().get_one(Message, message_id)
    row = reader().get_one(OneTimeCode, message.params["code_id"])
    token, code = secrets_of(row.id, row.nonce)

    mail = rendered_message(reader(), message, now=clock.real_now())

    assert f"{code[:3]} {code[3:]}" in mail.text
    assert f"http://localhost/vao/{token}" in mail.text
    assert code not in str(message.params)
    assert token not in str(message.params)


def test_a_returned_mail_lists_every_fix(world):
    text = world.mail("returned").text

    assert "1. Giấy chứng nhận OCOP còn hạn: Ảnh bị mờ\n" in text
    assert "2. Số điện thoại di động: Thiếu 1 chữ số\n" in text


def test_a_revoked_invitation_is_not_sent(world):
    message_id = world.message("invitation")
    with transaction() as session:
        session.merge(world.invitation).revoked_at = NOW

    with pytest.raises(ObsoleteError):
        rendered_message(reader(), reader().get_one(Message, message_id), now=NOW)


@pytest.mark.parametrize("kind", ["booth_assigned", "returned", "approved", "badge"])
def test_what_is_no_longer_true_of_the_application_is_not_sent(world, kind):
    message_id = world.message(kind)
    with transaction() as session:
        session.get_one(Application, world.application.id).state = State.WITHDRAWN
        session.get_one(Message, message_id).state = MessageState.LEASED

    with pytest.raises(ObsoleteError, match="Đã rút"):
        rendered_message(reader(), reader().get_one(Message, message_id), now=NOW)


@pytest.mark.parametrize("kind", ["invitation", "reminder", "dates_changed"])
def test_nobody_is_invited_to_a_cancelled_fair(world, kind):
    message_id = world.message(kind)
    with transaction() as session:
        session.merge(world.fair).status = FairStatus.CANCELLED
        session.get_one(Message, message_id).state = MessageState.LEASED

    with pytest.raises(ObsoleteError, match="hủy"):
        rendered_message(reader(), reader().get_one(Message, message_id), now=NOW)


def test_who_applied_is_told_that_the_fair_does_not_take_place(world):
    assert "không tổ chức" not in world.mail("cancelled").text
    with transaction() as session:
        session.merge(world.fair).status = FairStatus.CANCELLED
    reader().rollback()

    mail = world.mail("cancelled", reason="Bão")
    row = reader().get_one(Message, world.message("cancelled", email=None, reason="Mưa"))
    short = zalo_text(reader(), row, facts_of(reader(), [row]))

    assert mail.subject == f"Không tổ chức: {world.fair.name}"
    for text in (mail.text, visible(mail.html), short):
        assert "không tổ chức nữa" in text
        assert world.application.code in text
        assert "đã hủy hồ sơ" not in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("HTX https://evil.example/x?y=1 ngon", "HTX https:evil[.]example/x?y=1 ngon"),
        ("Xem www.lua-dao.vn ngay", "Xem www[.]lua-dao[.]vn ngay"),
        ("bit.ly/abc", "bit[.]ly/abc"),
        ("Cơ sở Q. Tân, số 1.500", "Cơ sở Q. Tân, số 1.500"),
        ("Hai\n dòng", "Hai dòng"),
    ],
)
def test_typed_text_never_becomes_a_link(typed, shown):
    assert unlinked(typed) == shown


def test_typed_text_never_becomes_markup_nor_subject(world):
    evil = '<a href="https://evil.example">Bấm</a>'
    with transaction() as session:
        session.merge(world.exhibitor).name = evil

    mail = world.mail("approved")

    assert "evil" not in mail.subject
    assert 'href="https://evil' not in mail.html
    assert "&lt;a href=" in mail.html


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_comes_out_right(form):
    name = unicodedata.normalize(form, EVERY)
    world = World(name=name[:160], venue=name[:200])

    mail = world.mail("booth_assigned")

    wanted = unicodedata.normalize("NFC", name[:160])
    assert wanted in unicodedata.normalize("NFC", mail.subject)
    (attachment,) = mail.attachments
    event = Calendar.from_ical(attachment.data).walk("VEVENT")[0]
    assert str(event["summary"]) == wanted
    assert attachment.filename == f"{world.fair.slug}.ics"


def test_who_declined_gets_no_calendar_entry(world):
    with transaction() as session:
        session.merge(world.invitation).rsvp = Rsvp.NO

    mail = world.mail("rsvp_receipt")

    assert mail.attachments == ()
    assert "không tham dự" in mail.text
