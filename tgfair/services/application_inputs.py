"""What an application is checked against: the fair's rules, the products on record, the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, object_session

from tgfair.core.application.model import Checked, OfferedProduct, Problem, Rules
from tgfair.core.application.steps import Step
from tgfair.core.calendar_text import vn_datetime
from tgfair.core.deadline import is_over
from tgfair.core.errors import ConflictError, NotFoundError
from tgfair.core.phone import display_phone
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus, Zone
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, Actor, can

ON_RECORD = (
    select(
        Product.id,
        Product.public_id,
        Product.name,
        Product.group.label("group"),
        Certificate.id.label("certificate"),
        Certificate.stars,
        Certificate.decision_no,
        Certificate.expires_on,
        Certificate.revoked,
    )
    .outerjoin(
        Certificate, and_(Certificate.product_id == Product.id, Certificate.scheme == "ocop")
    )
    .where(Product.exhibitor_id == bindparam("exhibitor"))
    .order_by(Product.id, Certificate.id)
)

ZONES = select(Zone.code, Zone.label).where(Zone.fair_id == bindparam("fair")).order_by(Zone.code)


class RegistrationClosedError(ConflictError):
    """The fair takes no more (or not yet any) applications; what was typed is kept."""

    code = "registration_closed"

    def __init__(self, sentence: str, hotline: str | None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hotline = hotline

    def message(self) -> str:
        """Say since when, and whom to call."""
        if not self.hotline:
            return f"{self.sentence}."
        return f"{self.sentence}. Gọi {display_phone(self.hotline)} nếu cần."


def rules_of(fair: Fair) -> Rules:
    """Return what the fair asks of an application."""
    return Rules(
        last_day=fair.last_day,
        max_booths=fair.max_booths,
        max_staff=fair.max_staff,
        zones=_zones(fair),
    )


def _zones(fair: Fair) -> tuple[tuple[str, str], ...]:
    session = object_session(fair)
    if session is None:
        raise RuntimeError("the fair belongs to no session")
    rows = session.connection().execute(ZONES, {"fair": fair.id})
    return tuple((row.code, row.label) for row in rows)


def offered_products(session: Session, exhibitor_id: int) -> tuple[OfferedProduct, ...]:
    """Return the products on record of an exhibitor, each with the certificate that counts."""
    session.flush()
    rows = session.connection().execute(ON_RECORD, {"exhibitor": exhibitor_id})
    return tuple(_offered(list(found)) for _, found in groupby(rows, key=lambda row: row.id))


def _offered(rows: Sequence[Any]) -> OfferedProduct:
    """Return one product from its rows, one for each certificate."""
    product = rows[0]
    if product.certificate is None:
        return OfferedProduct(
            product.public_id, product.name, product.group, certified=False, number=product.id
        )
    best = max(rows, key=_worth)
    return OfferedProduct(
        best.public_id,
        best.name,
        best.group,
        best.stars,
        best.decision_no,
        best.expires_on,
        revoked=best.revoked,
        number=best.id,
    )


def _worth(certificate: Any) -> tuple[bool, str]:
    """Order certificates: one in force before a revoked one, the one that lasts longest first."""
    until = certificate.expires_on.isoformat() if certificate.expires_on else ""
    return not certificate.revoked, until


def check_fair_open(fair: Fair, *, now: datetime, from_day_one: bool = True) -> None:
    """Let pass only between opening and closing of the registration.

    `now` is when the request began, by the server's clock: there is no other grace.

    Raises:
        NotFoundError: the fair is a draft.
        RegistrationClosedError: too early, too late, or the fair is cancelled.
    """
    if fair.status is FairStatus.DRAFT:
        raise NotFoundError
    if fair.status is not FairStatus.OPEN:
        raise RegistrationClosedError("Sự kiện này không còn nhận đăng ký", fair.hotline)
    if from_day_one and now < fair.registration_opens_at:
        opens = vn_datetime(fair.registration_opens_at)
        raise RegistrationClosedError(f"Đăng ký mở từ {opens}", fair.hotline)
    _check_before(fair.registration_closes_at, fair, now=now)


def takes_applications(fair: Fair, *, now: datetime) -> bool:
    """Return whether a personal link may start an application to the fair now."""
    try:
        check_fair_open(fair, now=now, from_day_one=False)
    except RegistrationClosedError:
        return False
    return True


def check_deadline(application: Application, *, now: datetime) -> None:
    """Let a draft pass until the registration closes, a returned one until its own deadline.

    Raises:
        RegistrationClosedError: it is too late.
    """
    fair = application.fair
    if application.state is not State.CHANGES_REQUESTED:
        check_fair_open(fair, now=now)
        return
    if fair.status is not FairStatus.OPEN:
        raise RegistrationClosedError("Sự kiện này không còn nhận đăng ký", fair.hotline)
    until = application.fix_until or fair.supplement_until or fair.registration_closes_at
    _check_before(until, fair, now=now, what="bổ sung")


def _check_before(until: datetime, fair: Fair, *, now: datetime, what: str = "đăng ký") -> None:
    if is_over(until, now):
        sentence = f"Đã hết hạn {what} lúc {vn_datetime(until)}"
        raise RegistrationClosedError(sentence, fair.hotline)


def contact_problems(actor: Actor, application: Application, checked: Checked) -> list[Problem]:
    """Return what a bare link may not change: phone and e-mail on record need a code."""
    if can(actor, Action.CHANGE_CONTACT, application):
        return []
    exhibitor, contact, found = application.exhibitor, checked.contact, []
    if contact.phone and exhibitor.phone and contact.phone not in _phones(exhibitor):
        sentence = (
            f"Số này khác số đã đăng ký ({display_phone(exhibitor.phone)}). "
            "Hãy ghi lại số đó; muốn đổi, cơ sở cần xác nhận bằng mã."
        )
        found.append(Problem(Step.CONTACT, "phone", sentence))
    if contact.email and exhibitor.email and contact.email != exhibitor.email.lower():
        sentence = "Thư này khác thư đã đăng ký. Muốn đổi, cơ sở cần xác nhận bằng mã."
        found.append(Problem(Step.CONTACT, "email", sentence))
    return found


def _phones(exhibitor: Exhibitor) -> str:
    return f"{exhibitor.phone} {exhibitor.other_phones or ''}"
