"""Staff of the demo, one for each role, and one producer with an account."""

from __future__ import annotations

from datetime import datetime

from tgfair.cli.demo.stage import CLERK
from tgfair.models.account import Role
from tgfair.services import accounts
from tgfair.services.queries import demo_story as reading
from tgfair.services.users import NewUser, add_user

STAFF = (
    NewUser("Trần Quản Trị", "quantri@example.org", Role.ADMIN),
    NewUser("Nguyễn Văn Tâm", "tochuc@example.org", Role.ORGANISER),
    NewUser("Lê Thị Hạnh", "xetduyet@example.org", Role.REVIEWER),
    NewUser("Phạm Thị Xã", "xahaumy@example.org", Role.COMMUNE_OFFICER, unit_code="28366"),
)


def hire(*, now: datetime) -> None:
    """Add the staff accounts; they sign in by the links that the start prints."""
    for new in STAFF:
        add_user(CLERK, new, now=now)


def enrol_producer(*, now: datetime) -> None:
    """Give one producer whose booth waits for an answer an account, by a code read out."""
    subject = reading.waiting_producer()
    _, code = accounts.read_out_code(CLERK, subject.public_id, now=now)
    accounts.sign_in_with_phone(subject.phone or "", code, user_agent="demo", now=now)
