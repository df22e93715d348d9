"""The objects of one side, as URL parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from tests.support import builders
from tests.support.builders import NOW, save
from tgfair import clock
from tgfair.core.anchors import OnStep
from tgfair.core.badge import BadgeKind
from tgfair.core.campaign.starters import STARTERS
from tgfair.core.draw.lots import closed_list, list_hash
from tgfair.core.draw.sources import SourceKind
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import (
    AllocationRun,
    AnswerState,
    Application,
    Area,
    AssignmentSource,
    Attachment,
    AuthSession,
    Badge,
    Booth,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    BulletinState,
    CodePurpose,
    Draw,
    DrawMode,
    DrawState,
    Exhibitor,
    Fair,
    Gate,
    GateDevice,
    Invitation,
    Job,
    JobState,
    MemberRole,
    Membership,
    MergeProposal,
    Message,
    MessageTemplate,
    OneTimeCode,
    PlanDraft,
    Role,
    Slot,
    SlotBooking,
    SlotKind,
    User,
    Zone,
)
from tgfair.policy import SYSTEM
from tgfair.services import (
    allocations,
    campaigns,
    gates,
    import_uploads,
    message_templates,
    one_time_codes,
    plan_drafts,
    publications,
    staff_badges,
    staff_sign_in,
    stopping,
)
from tgfair.services import notices as timetable_notices
from tgfair.services.allocation_settings import Settings, settings_as_json
from tgfair.services.file_store import file_store
from tgfair.services.identifiers import digest, new_token, public_id
from tgfair.services.links import invitation_token
from tgfair.services.uow import reader, transaction

IMPORT_PAGES = (
    "register_import",
    "discard_register_import",
    "choose_register_columns",
    "preview_register_again",
    "bad_register_rows",
    "confirm_register_import",
    "apply_register_import",
)
BADGE_PAGES = (
    "exhibitor.badge_pdf",
    "exhibitor.badge_photo",
    "exhibitor.badge_photo_file",
    "exhibitor.badge_png",
    "exhibitor.delegate_png",
    "exhibitor.drop_badge_photo",
    "exhibitor.save_badge_photo",
    "organizer.lost_badge",
    "organizer.badge",
    "organizer.badge_pdf",
    "organizer.reissue_badge",
    "organizer.revoke_badge",
)
DATA = Path(__file__).parents[1] / "data"


@dataclass
class Side:
    """One side. `values` gives URL parameters, by name or by "endpoint:name" where names clash."""

    fair: Fair
    exhibitor: Exhibitor
    invitation: Invitation
    application: Application
    members: dict[MemberRole, int]
    values: dict[str, Any]
    device_token: str = ""


def build(name: str, unit_code: str) -> Side:
    """Make a side."""
    fair = _fair(name)
    builders.install_plan(fair)
    exhibitor = builders.make_exhibitor(f"Hợp tác xã {name}", unit_new=unit_code)
    members = {role: builders.make_member(exhibitor, role).id for role in MemberRole}
    side = Side(
        fair=fair,
        exhibitor=exhibitor,
        invitation=builders.make_invitation(fair, exhibitor),
        application=builders.make_application(fair, exhibitor, State.SUBMITTED),
        members=members,
        values={},
    )
    side.device_token = _device(side)
    side.values = {**_people_values(side), **_fair_values(side)}
    return side


def _fair(name: str) -> Fair:
    """A fair whose registration is open today: the requests come at the present time."""
    now = clock.real_now()
    first_day = clock.day_in_vietnam(now) + timedelta(days=60)
    return builders.make_fair(
        slug=f"hoi-cho-{name}",
        code=f"MT{name[0].upper()}",
        first_day=first_day,
        last_day=first_day + timedelta(days=3),
        opens_at=now + timedelta(days=60),
        registration_opens_at=now - timedelta(days=10),
        registration_closes_at=now + timedelta(days=20),
        confirm_until=now + timedelta(days=35),
    )


def _device(side: Side) -> str:
    token = new_token()
    with transaction() as session:
        gate = Gate(fair_id=side.fair.id, number=1, label="Cổng chính")
        session.add(gate)
        session.flush()
        session.add(
            GateDevice(
                fair_id=side.fair.id,
                gate_id=gate.id,
                name="Máy của Lan",
                token_hash=digest(token),
                paired_at=NOW,
                expires_at=gates.device_expiry(session.merge(side.fair).last_day),
                last_seen_at=clock.real_now(),
            )
        )
    return token


def _people_values(side: Side) -> dict[str, Any]:
    member = select(Membership.id).where(Membership.user_id == side.members[MemberRole.STAFF])
    _wait_for_new_phone(side)
    clerk = builders.make_user(Role.REVIEWER, fair=side.fair)
    sign_in, setup = _sign_in_token(side), _setup_token(clerk)
    return {
        "membership_id": reader().scalar(member),
        "user_id": clerk.id,
        "grant_id": clerk.grants[0].id,
        "session_id": _session_of(side),
        "account.link:token": sign_in,
        "account.sign_in_with_link:token": sign_in,
        "account.setup:token": setup,
        "account.complete_setup:token": setup,
    }


def _session_of(side: Side) -> int:
    """A second browser of the owner."""
    owner = reader().get_one(User, side.members[MemberRole.OWNER])
    builders.session_token(owner)
    query = select(AuthSession.id).where(AuthSession.user_id == owner.id)
    return reader().scalars(query).one()


def _wait_for_new_phone(side: Side) -> None:
    with transaction() as session:
        row = OneTimeCode(purpose=CodePurpose.CHANGE_CONTACT, phone=f"+84911{side.fair.id:06d}")
        row.new_value, row.exhibitor_id = row.phone, side.exhibitor.id
        one_time_codes.issue(session, row)


def _sign_in_token(side: Side) -> str:
    with transaction() as session:
        row = OneTimeCode(purpose=CodePurpose.SIGN_IN, email=f"{side.fair.slug}@example.org")
        one_time_codes.issue(session, row)
        return one_time_codes.secrets_of(row.id, row.nonce)[0]


def _setup_token(clerk: User) -> str:
    with transaction() as session:
        return staff_sign_in.invite_staff(session, session.merge(clerk), now=NOW)


def _published_booth(side: Side) -> dict[str, Any]:
    """A booth of the fair that visitors may look at: a neighbour's. And one that is free."""
    neighbour = builders.make_exhibitor(unit_new=side.exhibitor.unit_new)
    application = builders.make_application(side.fair, neighbour, State.APPROVED)
    label, free = reader().scalars(
        select(Booth.label).where(Booth.fair_id == side.fair.id).order_by(Booth.id).limit(2)
    )
    allocations.assign_booth(SYSTEM, side.fair.id, label, application.code, reason="Thử", now=NOW)
    publications.publish(SYSTEM, side.fair.id, note=None, now=NOW)
    return {"label": label, "free": free, "neighbour": application.code}


def _booth_plan(side: Side) -> str:
    """A plan of booths that places nobody."""
    save(
        AllocationRun(
            fair_id=side.fair.id,
            label="PA1",
            source=AssignmentSource.OPTIMISER,
            settings=settings_as_json(Settings()),
            inputs_digest="",
            result={"placements": [], "unplaced": [], "scores": [], "stopped": False},
            created_at=NOW,
        )
    )
    return "PA1"


def _staff_values(side: Side) -> dict[str, Any]:
    """What the pages of the staff name: slots, phones, products, imports, doubles."""
    session = reader()
    product = session.get_one(Exhibitor, side.exhibitor.id).products[0]
    zone = session.scalars(select(Zone.code).where(Zone.fair_id == side.fair.id)).first()
    device = session.scalars(select(GateDevice.id).where(GateDevice.fair_id == side.fair.id)).one()
    opens = side.fair.opens_at
    values = {
        "product_id": product.public_id,
        "certificate": product.certificates[0].id,
        "organizer.zone_page:code": zone,
        "organizer.save_zone:code": zone,
        "device_id": device,
    }
    slot = save(
        Slot(
            fair_id=side.fair.id,
            kind=SlotKind.LOAD_IN,
            place="Cổng 1",
            starts_at=opens,
            ends_at=opens + timedelta(hours=1),
            capacity=5,
            free=4,
        )
    )
    double = builders.make_exhibitor(unit_new=side.exhibitor.unit_new)
    proposal = save(
        MergeProposal(
            first_id=side.exhibitor.id, second_id=double.id, reason="Cùng số", created_at=NOW
        )
    )
    register = (DATA / "so-chu-the-utf8-bom.csv").read_bytes()
    name = import_uploads.upload_register(SYSTEM, "so.csv", register, now=NOW)
    imports = {f"organizer.{endpoint}:public_id": name for endpoint in IMPORT_PAGES}
    booking = save(SlotBooking(slot_id=slot.id, application_id=side.application.id, booked_at=NOW))
    return {
        **values,
        **imports,
        "slot_id": slot.id,
        "mark": _mark(side),
        "booking_id": booking.id,
        "proposal_id": proposal.id,
        "double": builders.make_exhibitor(unit_new=side.exhibitor.unit_new).public_id,
    }


def _notice(side: Side) -> dict[str, Any]:
    """A notice in draft, and a template made of it."""
    starter = STARTERS["prepare"]
    draft = campaigns.Draft("Thử", "applications", subject=starter.subject, body=starter.body)
    name = campaigns.create_campaign(SYSTEM, side.fair.slug, draft, now=NOW, key="")
    message_templates.save_as_template(SYSTEM, name, side.fair.slug, now=NOW)
    template = reader().scalars(
        select(MessageTemplate.public_id).where(MessageTemplate.name == side.fair.slug)
    )
    return {"campaign_id": name, "template_id": template.one()}


def _bulletin(side: Side) -> dict[str, Any]:
    """A class in which the side's subject has a place."""
    today = clock.day_in_vietnam(clock.real_now())
    item = save(
        Bulletin(
            public_id=public_id(),
            kind=BulletinKind.CLASS,
            state=BulletinState.PUBLISHED,
            title="Lớp tập huấn",
            place="Mỹ Tho",
            area=Area.PROVINCE,
            first_day=today + timedelta(days=30),
            last_day=today + timedelta(days=30),
            places=9,
            free=8,
            search_fold="lop tap huan",
            file_name="thu-moi.pdf",
            file_sha256=file_store().put(b"letter"),
            created_at=NOW,
            published_at=NOW,
            changed_at=NOW,
        )
    )
    answer = save(
        BulletinAnswer(
            public_id=public_id(),
            bulletin_id=item.id,
            exhibitor_id=side.exhibitor.id,
            state=AnswerState.PLACED,
            person="Lan",
            answered_at=NOW,
        )
    )
    return {"bulletin_id": item.public_id, "answer_id": answer.public_id}


def _mark(side: Side) -> str:
    """A mark on the timetable."""
    data = timetable_notices.NoticeData("Họp", OnStep("opening", -9))
    return timetable_notices.add_notice(SYSTEM, side.fair.id, data, now=NOW)


def _badge_values(side: Side) -> dict[str, Any]:
    """A badge of the side's application, by the key of a staff badge issued the usual way."""
    form = staff_badges.StaffBadge(
        kind=BadgeKind(2),
        name="Cô Hạnh",
        organisation="Ban Tổ chức",
        gates=255,
        first_day=side.fair.first_day,
        last_day=side.fair.last_day,
    )
    staff = staff_badges.add_staff_badge(SYSTEM, side.fair.id, form, key="", now=NOW)
    with transaction() as session:
        first = session.scalars(select(Badge).where(Badge.public_id == staff)).one()
        own = Badge(
            **{
                column.key: getattr(first, column.key)
                for column in Badge.__table__.columns
                if column.key != "id"
            }
        )
        own.public_id, own.number, own.short_code = (
            public_id(),
            first.number ^ 1,
            "ZZZZ" + str(side.fair.id),
        )
        own.application_id, own.kind = side.application.id, BadgeKind.EXHIBITOR
        own.invitation_id = side.invitation.id
        own.photo_sha256 = file_store().put(b"photo")
        session.add(own)
        session.flush()
        return {f"{endpoint}:public_id": own.public_id for endpoint in BADGE_PAGES}


def _drawing(side: Side) -> dict[str, Any]:
    """A draft of the plan over a picture, and one thing on it."""
    plan_drafts.start_draft(SYSTEM, side.fair.id, now=NOW)
    with transaction() as session:
        row = session.scalars(select(PlanDraft).where(PlanDraft.fair_id == side.fair.id)).one()
        row.picture_sha256 = file_store().put(side.fair.slug.encode())
        # the same plan is laid out at both fairs: a thing that only this one has
        tree = {**row.document["objects"][-1], "id": f"tree-{side.fair.id}", "kind": "tree"}
        row.document = {**row.document, "objects": [*row.document["objects"], tree]}
    return {"object_id": f"tree-{side.fair.id}"}


def _draw(side: Side) -> None:
    """A draw that is over: draw 1 of the fair."""
    closed = closed_list(
        event=side.fair.slug, closed_at="2026-05-05", source="Thử", rules="", zones=[]
    )
    save(
        Draw(
            fair_id=side.fair.id,
            number=1,
            mode=DrawMode.BOOTHS,
            state=DrawState.DRAWN,
            source_kind=SourceKind.HALL,
            source_name="Hội trường",
            source_at=NOW,
            closed_at=NOW,
            objection_hours=0,
            objections_until=NOW,
            closed=closed,
            list_hash=list_hash(closed),
            public="07 45 12 93 21 60",
            seed="0" * 64,
            drawn_at=NOW,
        )
    )


def _told(side: Side) -> dict[str, Any]:
    """A message to the side's subject, and the link in it that stops news."""
    name = _message(side)
    message = reader().scalars(select(Message).where(Message.message_id == name)).one()
    stop = ("stop_page", "stop_news", "take_news_again")
    token = stopping.stop_token(message)
    return {"message_id": name, **{f"public.{endpoint}:token": token for endpoint in stop}}


def _message(side: Side) -> str:
    recipient = Recipient("Cô Út", email="ut@example.org", exhibitor_id=side.exhibitor.id)
    with transaction() as session:
        message = enqueue(
            session,
            "reminder",
            recipient,
            dedupe=side.fair.slug,
            now=NOW,
            links=Links(fair_id=side.fair.id, invitation_id=side.invitation.id),
        )
        assert message is not None
        return message.message_id


def _printed(side: Side) -> dict[str, Any]:
    """A sponsor's logo, and a file of badges that a job drew."""
    picture = BytesIO()
    Image.new("RGB", (8, 8 + side.fair.id)).save(picture, "JPEG")
    digest_of_file = file_store().put(picture.getvalue())
    with transaction() as session:
        fair = session.get_one(Fair, side.fair.id)
        fair.badge_rules = {"design": {"logos": [digest_of_file]}}
    job = save(
        Job(
            public_id=public_id(),
            kind="badge_sheets",
            state=JobState.DONE,
            fair_id=side.fair.id,
            result={"sha256": digest_of_file},
            created_at=NOW,
        )
    )
    return {"digest": digest_of_file, "job": job.public_id}


def _fair_values(side: Side) -> dict[str, Any]:
    _draw(side)
    attachment = save(
        Attachment(
            public_id=public_id(),
            application_id=side.application.id,
            kind="product_photo",
            filename="anh.jpg",
            content_type="image/jpeg",
            size=10,
            sha256=file_store().put(side.fair.slug.encode()),
            uploaded_at=NOW,
        )
    )
    job = save(
        Job(
            public_id=public_id(),
            kind="import",
            state=JobState.QUEUED,
            created_by_id=None,
            created_at=NOW,
        )
    )
    return {
        **_printed(side),
        "organizer.job_page:public_id": job.public_id,
        "organizer.stop_job:public_id": job.public_id,
        **_told(side),
        "plan": _booth_plan(side),
        **_staff_values(side),
        **_badge_values(side),
        "slug": side.fair.slug,
        "code": side.application.code,
        "exhibitor": side.exhibitor.public_id,
        "public_id": side.exhibitor.public_id,
        "invitation_id": side.invitation.id,
        "attachment_id": attachment.public_id,
        **_published_booth(side),
        **_drawing(side),
        **_bulletin(side),
        **_notice(side),
        "exhibitor:token": invitation_token(side.invitation.id, side.invitation.revision),
    }
