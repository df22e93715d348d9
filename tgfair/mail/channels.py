"""Ways to a telephone: Zalo notices (ZNS) and text messages, over HTTP, off unless configured.

A channel has one method. It returns when the message was taken, and raises what SMTP raises:
`TemporaryError` (`broken`: nobody's message would pass now) or `PermanentError` (this one never).
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tgfair.config import ChannelConfig
from tgfair.mail.transport import PermanentError, TemporaryError
from tgfair.models.outbox import Channel

TIMEOUT_SECONDS = 10
MOST_BYTES = 100_000
SERVER_FAULT, TOO_MANY = 500, 429
# Zalo's documented answers. What is not here is tried again.
ZNS_NEVER = {
    -108: "Số điện thoại không đúng",
    -110: "Zalo của người nhận quá cũ",
    -111: "Mẫu thiếu dữ liệu",
    -112: "Dữ liệu không hợp với mẫu",
    -114: "Người nhận không dùng Zalo hoặc từ chối nhận",
    -118: "Số này không có Zalo",
    -119: "Người nhận không nhận được tin",
}
ZNS_BROKEN = {
    -109: "Mẫu ZNS không dùng được",
    -115: "Tài khoản ZNS hết tiền",
    -124: "Khóa truy cập ZNS hết hạn",
    -144: "Hết hạn mức ZNS trong ngày",
}
ZNS_NIGHT = -133


@dataclass(frozen=True)
class ShortMessage:
    """What goes to one telephone: a text, and the same as values of a template."""

    phone: str
    text: str
    values: Mapping[str, str]
    # The same at every try, so that a provider can tell a repetition.
    tracking: str


class ShortChannel(Protocol):
    """A way to a telephone."""

    @property
    def channel(self) -> Channel:
        """Which one it is."""

    def send(self, message: ShortMessage) -> None:
        """Hand a message over.

        Raises:
            TemporaryError: try later.
            PermanentError: never for this number or this message.
        """


@dataclass(frozen=True)
class ZnsChannel:
    """Zalo notices by template: POST /message/template."""

    url: str
    token: str
    template: str
    channel: Channel = Channel.ZNS

    def send(self, message: ShortMessage) -> None:
        """Hand a notice over; Zalo answers 200 with an error number in the body."""
        body = {
            "phone": message.phone.removeprefix("+"),
            "template_id": self.template,
            "template_data": dict(message.values),
            "tracking_id": message.tracking,
        }
        answer = _post(self.url, body, {"access_token": self.token})
        number = answer.get("error", 0)
        said = f"{number} {answer.get('message', '')}".strip()
        if number in ZNS_NEVER:
            raise PermanentError(f"{ZNS_NEVER[number]} ({said})")
        if number in ZNS_BROKEN:
            raise TemporaryError(f"{ZNS_BROKEN[number]} ({said})", broken=True)
        if number != 0:
            raise TemporaryError(said, broken=number == ZNS_NIGHT)


@dataclass(frozen=True)
class SmsChannel:
    """Text messages by a provider's HTTP address; its answers are told by their status."""

    url: str
    token: str
    channel: Channel = Channel.SMS

    def send(self, message: ShortMessage) -> None:
        """Hand a text over."""
        body = {"to": message.phone, "text": message.text, "id": message.tracking}
        _post(self.url, body, {"Authorization": f"Bearer {self.token}"})


def channels_of(config: ChannelConfig) -> dict[Channel, ShortChannel]:
    """Return the channels that are configured; none by default."""
    found: dict[Channel, ShortChannel] = {}
    if config.zns_token and config.zns_template:
        found[Channel.ZNS] = ZnsChannel(config.zns_url, config.zns_token, config.zns_template)
    if config.sms_url:
        found[Channel.SMS] = SmsChannel(config.sms_url, config.sms_token)
    return found


def _post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 -- the address is the installation's own setting
        url,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 -- as above
            return _read(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        said = f"HTTP {error.code}"
        if error.code >= SERVER_FAULT or error.code in {TOO_MANY, 401, 403}:
            raise TemporaryError(said, broken=True) from error
        raise PermanentError(said) from error
    except OSError as error:
        raise TemporaryError(f"Không nối được máy chủ tin nhắn: {error}", broken=True) from error


def _read(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw or b"{}")
    except ValueError as error:
        raise TemporaryError("Máy chủ tin nhắn trả lời khó hiểu.") from error
    return found if isinstance(found, dict) else {}
