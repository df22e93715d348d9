"""Invitation letters of a fair as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import full_date, vn_date, vn_datetime
from tgfair.core.errors import InvalidError
from tgfair.core.phone import display_phone
from tgfair.documents.letters import (
    SAMPLE_LETTERHEAD,
    SAMPLE_SIGNER,
    InvitationLetter,
    Letterhead,
    LetterText,
    Signer,
    invitation_letters,
)
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.invitations import mark_letters_printed
from tgfair.services.queries.invitations import letters_to_print

MOST_LETTERS = 2000


def make_letters(actor: Actor, fair: Fair, ids: Sequence[int], *, now: datetime) -> bytes:
    """Return the letters of these invitations as one PDF, commune by commune.

    Raises:
        InvalidError: none is left to print, or too many at once.
    """
    require(actor, Action.INVITE, fair)
    rows = letters_to_print(actor, fair, ids)
    if not rows:
        raise InvalidError("Chưa chọn giấy mời nào để in.")
    if len(rows) > MOST_LETTERS:
        raise InvalidError(f"Mỗi lần in nhiều nhất {MOST_LETTERS} giấy mời. Hãy lọc theo xã.")
    letters = [InvitationLetter(name, address, link) for _, name, address, link in rows]
    pdf = invitation_letters(
        letters, letterhead=_letterhead(fair), signer=_signer(fair), text=_text(fair, now)
    )
    mark_letters_printed(actor, fair.id, [row[0] for row in rows], now=now)
    return pdf


def _known(fair: Fair, part: str, sample: Any) -> dict[str, str]:
    """Return the organiser's own words where there are some, else the sample marked MẪU."""
    words = asdict(sample)
    own = fair.texts.get(part, {})
    return {key: str(own.get(key) or value) for key, value in words.items()}


def _letterhead(fair: Fair) -> Letterhead:
    return Letterhead(**_known(fair, "letterhead", SAMPLE_LETTERHEAD))


def _signer(fair: Fair) -> Signer:
    return Signer(**_known(fair, "signer", SAMPLE_SIGNER))


def _text(fair: Fair, now: datetime) -> LetterText:
    days = full_date(fair.first_day)
    if fair.last_day != fair.first_day:
        days = f"từ {days} đến {vn_date(fair.last_day)}"
    facts = [
        ("Thời gian", days),
        ("Khai mạc", vn_datetime(fair.opens_at)),
        ("Địa điểm", fair.venue),
    ]
    if fair.venue_address:
        facts.append(("Địa chỉ", fair.venue_address))
    today = day_in_vietnam(now)
    phone = display_phone(fair.hotline) if fair.hotline else ""
    return LetterText(
        subject=f"V/v tham gia {fair.name}",
        opening=[f"Ban Tổ chức trân trọng kính mời cơ sở tham gia {fair.name}."],
        facts=facts,
        closing=[
            "Cơ sở quét mã bên dưới hoặc gõ đường dẫn để trả lời trong vài phút.",
            "Thông tin đã có trong sổ của tỉnh được điền sẵn.",
            "Rất mong cơ sở thu xếp tham dự.",
        ],
        deadline=vn_datetime(fair.registration_closes_at),
        hotline=" ".join(filter(None, [fair.hotline_name, phone])),
        month_year=f"{today.month} năm {today.year}",
        recipients=["- Như trên;", "- Lưu: VT."],
    )
