"""Papers about a booth besides badges: the sign over it, the certificate of participation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import State
from tgfair.documents.booth_sign import BoothSign, booth_signs
from tgfair.documents.participation import Certificate, certificates
from tgfair.models.application import Application
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.letter_texts import letterhead_of, signer_of
from tgfair.services.links import base_url
from tgfair.services.queries.attendance import seen_applications
from tgfair.services.queries.booths import BoothView, Holder, published_booths
from tgfair.services.uow import find, reader

NOBODY_YET = "Chưa có gian nào được công bố nên chưa in được."


class NotOverYetError(ConflictError):
    """A certificate of participation is given to who took part, not to who meant to."""

    code = "not_over_yet"

    def __init__(self, fair: Fair) -> None:
        super().__init__()
        self.last_day = fair.last_day

    def message(self) -> str:
        """Say from when on."""
        return (
            f"Giấy chứng nhận tải được từ ngày {vn_date(self.last_day)}, "
            "cho cơ sở đã nhận gian và tham gia."
        )


class NeverSeenError(ConflictError):
    """Gates or inspectors counted who came, and saw nobody of this exhibitor."""

    code = "never_seen"

    def message(self) -> str:
        """Say who can put it right."""
        return (
            "Cổng và đoàn kiểm gian chưa ghi cơ sở có mặt ở sự kiện. "
            "Nếu cơ sở đã tham gia, hãy gọi Ban Tổ chức ghi lại."
        )


def signs_pdf(actor: Actor, fair_id: int, *, booth: str | None = None) -> bytes:
    """Return the signs of all published booths that have a holder, or of one booth.

    Raises:
        InvalidError: there is none.
    """
    fair = find(reader(), Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.MANAGE_BADGES, fair)
    places = _places(fair, booth=booth)
    if not places:
        raise InvalidError(NOBODY_YET)
    return booth_signs([_sign(fair, *one) for one in places], event_name=fair.name)


def own_signs_pdf(actor: Actor, code: str) -> bytes:
    """Return the signs of the application's own published booths.

    Raises:
        NotFoundError: missing or foreign.
        InvalidError: it has no published booth.
    """
    application = _application(actor, code)
    fair = application.fair
    places = _places(fair, application_id=application.id)
    if not places:
        raise InvalidError(NOBODY_YET)
    return booth_signs([_sign(fair, *one) for one in places], event_name=fair.name)


def _places(
    fair: Fair, *, booth: str | None = None, application_id: int | None = None
) -> list[tuple[BoothView, Holder]]:
    return [
        (view, holder)
        for view in published_booths(fair.id)
        for holder in view.holders
        if booth in {None, view.label} and application_id in {None, holder.application_id}
    ]


def _sign(fair: Fair, booth: BoothView, holder: Holder) -> BoothSign:
    return BoothSign(
        booth=booth.label,
        name=holder.shown_name,
        place=booth.zone_label,
        products=[(product.name, product.stars) for product in holder.products],
        link=f"{base_url()}/{fair.slug}/gian-hang/{booth.label}",
    )


def certificates_pdf(actor: Actor, fair_id: int, *, now: datetime) -> bytes:
    """Return the certificates of everybody who accepted a booth, to be signed beforehand.

    From the fair's last day on, who was never seen there is left out.

    Raises:
        InvalidError: nobody did.
    """
    fair = find(reader(), Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.MANAGE_BADGES, fair)
    by_application: dict[int, list[tuple[BoothView, Holder]]] = {}
    seen = _seen(fair, now)
    for booth, holder in _places(fair):
        came = seen is None or holder.application_id in seen
        if holder.state is State.CONFIRMED and came:
            by_application.setdefault(holder.application_id, []).append((booth, holder))
    if not by_application:
        raise InvalidError("Chưa có cơ sở nào nhận gian nên chưa có giấy chứng nhận.")
    return _drawn(fair, [_certificate(fair, own) for own in by_application.values()], now)


def own_certificate_pdf(actor: Actor, code: str, *, now: datetime) -> bytes:
    """Return the application's certificate, from the fair's last day on.

    Raises:
        NotFoundError: missing or foreign.
        NotOverYetError: too early, or it accepted no booth.
        NeverSeenError: others were seen at the fair, its people were not.
    """
    application = _application(actor, code)
    fair = application.fair
    own = _places(fair, application_id=application.id)
    took_part = application.state is State.CONFIRMED and own
    if not took_part or day_in_vietnam(now) < fair.last_day:
        raise NotOverYetError(fair)
    seen = _seen(fair, now)
    if seen is not None and application.id not in seen:
        raise NeverSeenError
    return _drawn(fair, [_certificate(fair, own)], now)


def _seen(fair: Fair, now: datetime) -> set[int] | None:
    """Return whom gates and inspectors saw; None before the last day, or where nobody counted."""
    if day_in_vietnam(now) < fair.last_day:
        return None
    return seen_applications(reader(), fair.id) or None


def _application(actor: Actor, code: str) -> Application:
    criteria = (Application.code == code, visible_to(actor, Application))
    application = find(reader(), Application, *criteria)
    require(actor, Action.VIEW_APPLICATION, application)
    return application


def _certificate(fair: Fair, own: Sequence[tuple[BoothView, Holder]]) -> Certificate:
    labels = ", ".join(booth.label for booth, _ in own)
    days = f"từ ngày {vn_date(fair.first_day)} đến ngày {vn_date(fair.last_day)}"
    return Certificate(
        name=own[0][1].exhibitor,
        sentence=f"đã tham gia {fair.name}, {days}, tại {fair.venue}. Gian hàng: {labels}.",
    )


def _drawn(fair: Fair, found: Sequence[Certificate], now: datetime) -> bytes:
    return certificates(
        found,
        letterhead=letterhead_of(fair),
        signer=signer_of(fair),
        year=day_in_vietnam(now).year,
    )
