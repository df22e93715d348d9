"""Turn a message into subject, text and HTML, from `templates/mail/<kind>/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tgfair.clock import day_in_vietnam
from tgfair.core import calendar_text, phone
from tgfair.models.fair import Fair

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
# What mail programs turn into a link by themselves.
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|info|biz|vn|io|co|me|ly|gl|gg|to|cc|tk|ru|cn|app|dev|"
    r"xyz|top|shop|site|online|link|click|store|asia|live|vip|win|club)\b[^\s<>\"]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `content_type` with its parameters."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """What the recipient reads; `text` says the same as `html`."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def unlinked(text: object) -> str:
    """Return what somebody typed so that no mail program makes a link of it.

    Whoever types an address into a name must not reach others with it in our name.
    """
    return LINK.sub(
        lambda match: match[0].replace("://", ":").replace(".", "[.]"), " ".join(str(text).split())
    )


def deadline(instant: datetime) -> str:
    """Return "17:00 Thứ Sáu, 05/06/2026" by the clock of Việt Nam."""
    day = day_in_vietnam(instant)
    weekday, date = calendar_text.vn_weekday(day), calendar_text.vn_date(day)
    return f"{calendar_text.vn_time(instant)} {weekday}, {date}"


def short_day(instant: datetime) -> str:
    """Return the day of an instant in Việt Nam: "05/06/2026"."""
    return calendar_text.vn_date(day_in_vietnam(instant))


def fair_days(fair: Fair) -> str:
    """Return the days of a fair with weekday and lunar day, and when it opens."""
    first, last = calendar_text.full_date(fair.first_day), calendar_text.full_date(fair.last_day)
    opening = calendar_text.vn_time(fair.opens_at)
    if fair.first_day == fair.last_day:
        return f"{opening} {first}"
    return f"từ {first} đến {last}, khai mạc lúc {opening}"


def fair_days_short(fair: Fair) -> str:
    """Return the days of a fair for a text message: "từ 18/06/2026 đến 21/06/2026"."""
    first, last = calendar_text.vn_date(fair.first_day), calendar_text.vn_date(fair.last_day)
    return f"ngày {first}" if first == last else f"từ {first} đến {last}"


@cache
def environment() -> Environment:
    """Return the templates' own environment: a missing value is an error, never a gap."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters.update(
        said=unlinked,
        deadline=deadline,
        short_day=short_day,
        fair_days=fair_days,
        fair_days_short=fair_days_short,
        vn_date=calendar_text.vn_date,
        full_date=calendar_text.full_date,
        phone=phone.display_phone,
    )
    return found


def render(
    kind: str, context: Mapping[str, Any], attachments: tuple[Attachment, ...] = ()
) -> RenderedMail:
    """Return the mail of a kind.

    Raises:
        jinja2.UndefinedError: the context lacks something the templates need.
    """
    templates = environment()

    def part(name: str) -> str:
        return templates.get_template(f"mail/{kind}/{name}").render(context)

    return RenderedMail(
        subject=render_subject(kind, context),
        text=_tidy(part("body.txt")),
        html=part("body.html"),
        attachments=attachments,
    )


def render_subject(kind: str, context: Mapping[str, Any]) -> str:
    """Return the subject alone.

    One line, whatever the template's line breaks: a subject with CR or LF is refused.
    """
    subject = environment().get_template(f"mail/{kind}/subject.txt").render(context)
    return " ".join(subject.split())


def render_zalo(kind: str, context: Mapping[str, Any]) -> str:
    """Return the short text to paste into Zalo or to read out, for kinds of the call list."""
    return _tidy(environment().get_template(f"mail/{kind}/zalo.txt").render(context)).strip()


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
