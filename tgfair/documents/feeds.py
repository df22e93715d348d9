"""News as files that other programs read: RSS 2.0 and a calendar of many entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tgfair.core.vietnamese import drop_unsafe


@dataclass(frozen=True)
class FeedItem:
    """One item: `guid` never changes; `published` is an aware instant."""

    guid: str
    title: str
    link: str
    text: str
    published: datetime


def rss_file(title: str, link: str, about: str, items: Iterable[FeedItem]) -> bytes:
    """Return an RSS 2.0 feed, the items in the order given."""
    head = "".join(f"<{name}>{_text(text)}</{name}>" for name, text in _head(title, link, about))
    body = "".join(map(_item, items))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<rss version="2.0"><channel>{head}{body}</channel></rss>\n'
    ).encode()


def _head(title: str, link: str, about: str) -> tuple[tuple[str, str], ...]:
    return (("title", title), ("link", link), ("description", about), ("language", "vi"))


def _item(item: FeedItem) -> str:
    return (
        f"<item><title>{_text(item.title)}</title><link>{_text(item.link)}</link>"
        f'<guid isPermaLink="false">{_text(item.guid)}</guid>'
        f"<pubDate>{format_datetime(item.published)}</pubDate>"
        f"<description>{_text(item.text)}</description></item>"
    )


def _text(text: str) -> str:
    return escape(drop_unsafe(text))
