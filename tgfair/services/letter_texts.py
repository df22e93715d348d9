"""What letters of a fair say: letterhead, signer, the invitation, a notice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import full_date, vn_date, vn_datetime
from tgfair.core.phone import display_phone
from tgfair.documents.letters import (
    NOTICE,
    SAMPLE_LETTERHEAD,
    SAMPLE_SIGNER,
    InvitationLetter,
    Letterhead,
    LetterText,
    Signer,
    invitation_letters,
)
from tgfair.mail.render import unlinked
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair

GREETING = "Kính gửi"
BELOW = "trang có mã bên dưới"


def _known(fair: Fair, part: str, sample: Any) -> dict[str, str]:
    """Return the organiser's own words where there are some, else the sample marked MẪU."""
    words = asdict(sample)
    own = fair.texts.get(part, {})
    return {key: str(own.get(key) or value) for key, value in words.items()}


def letterhead_of(fair: Fair) -> Letterhead:
    """Return who writes the fair's letters."""
    return Letterhead(**_known(fair, "letterhead", SAMPLE_LETTERHEAD))


def signer_of(fair: Fair) -> Signer:
    """Return who signs the fair's letters."""
    return Signer(**_known(fair, "signer", SAMPLE_SIGNER))


def invitation_text(fair: Fair, now: datetime) -> LetterText:
    """Return what the fair's letters of invitation say."""
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
        recipients=["Như trên;", "Lưu: VT."],
    )


def notice_text(
    fair: Fair,
    subject: str,
    paragraphs: Sequence[str],
    *,
    until: datetime | None = None,
    now: datetime,
) -> LetterText:
    """Return a letter with the words of a notice; `until` when it asks for an answer."""
    return replace(
        invitation_text(fair, now),
        heading=NOTICE,
        subject=subject,
        opening=list(paragraphs),
        facts=[],
        closing=[],
        deadline=vn_datetime(until) if until else "",
    )


def one_letter(
    fair: Fair, exhibitor: Exhibitor | None, context: Mapping[str, Any], *, now: datetime
) -> bytes:
    """Return the notice of a message as a letter, one PDF."""
    words = context["texts"][0]
    address = (exhibitor.address if exhibitor else None) or ""
    letter = InvitationLetter(str(context["org"]), address, str(context["url"]))
    paragraphs = plain_paragraphs(words.text, unlinked(context["org"]), letter.link)
    return invitation_letters(
        [letter],
        letterhead=letterhead_of(fair),
        signer=signer_of(fair),
        text=notice_text(fair, words.subject, paragraphs, now=now),
    )


def plain_paragraphs(text: str, name: str, link: str) -> list[str]:
    """Return the lines of a text as a sheet of paper has them, a paragraph each.

    It names `name` above them already, and shows `link` with its code below them.
    """
    if link:
        text = re.sub(rf"\s*{re.escape(link)}(?=[\s.,;:!?)]|$)", f" {BELOW}", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [
        f"{line}." if line.endswith(BELOW) else line for line in lines if line not in {"", BELOW}
    ]
    if lines and lines[0].startswith(GREETING):
        first = lines[0].removeprefix(f"{GREETING} {name}").lstrip(" .,:;")
        greeting = first.startswith(GREETING) and first.endswith((",", ":", ";", "!"))
        lines[0] = "" if greeting else first
    return [line for line in lines if line]
