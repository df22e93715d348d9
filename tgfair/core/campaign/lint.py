"""What is looked at before a notice goes out: errors stop it, warnings are shown."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tgfair.core.campaign.chips import BRACES, CHIPS, chips_in, unknown_in

LONG_SUBJECT = 78
SHOUTED_LETTERS = 10
SHOUTED_SHARE = 0.7
NAMED_AT_MOST = 3
WEB = re.compile(r"(?:https?://|www\.)[^\s<>\"{}]+", re.IGNORECASE)
SCHEMES = re.compile(r"\b(?:javascript|data|file|vbscript|ftp):", re.IGNORECASE)
SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "cutt.ly", "is.gd", "ow.ly", "rb.gy", "s.id"}
)
# What people leave in a text to be filled in later.
GAPS = re.compile(r"_{3,}|\.{4,}|…{2,}|\[[^\]\n]{0,40}\]|<[^>\n]{1,40}>|\bX{3,}\b|\{\s*\}")
DAY = re.compile(r"\b\d{1,2}\s*[/.-]\s*\d{1,2}(?:\s*[/.-]\s*\d{2,4})?\b")


class Level(StrEnum):
    """An error stops the sending."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, with a sentence that says what to do."""

    code: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A chip without a value for some recipients."""

    key: str
    names: Sequence[str]


def check_text(
    subject: str, body: str, *, own_host: str, missing: Sequence[Missing] = ()
) -> list[Finding]:
    """Return what is wrong with a text, errors first.

    `own_host` is the host of this site; `missing` says whose values are empty.
    """
    findings = [
        *_subject(subject),
        *_body(body),
        *_unknown(subject + "\n" + body),
        *_missing(missing),
        *(_deadline(subject + "\n" + body) if body.strip() else []),
        *_shouting(subject, body),
        *_links(subject, body, own_host),
    ]
    return sorted(findings, key=lambda finding: finding.level != Level.ERROR)


def blocks(findings: Sequence[Finding]) -> bool:
    """Return whether any of them stops the sending."""
    return any(finding.level is Level.ERROR for finding in findings)


def _error(code: str, text: str) -> Finding:
    return Finding(code, Level.ERROR, text)


def _warning(code: str, text: str) -> Finding:
    return Finding(code, Level.WARNING, text)


def _subject(subject: str) -> list[Finding]:
    findings = []
    if not subject.strip():
        findings.append(_error("empty_subject", "Chưa ghi tiêu đề thư."))
    if len(subject) > LONG_SUBJECT:
        text = f"Tiêu đề dài {len(subject)} ký tự; trên điện thoại chỉ thấy khoảng 40 ký tự đầu."
        findings.append(_warning("long_subject", text))
    findings += [
        _error(
            "typed_in_subject",
            f"Bỏ {chip.text} khỏi tiêu đề: tên do cơ sở tự ghi không được đứng ở tiêu đề thư.",
        )
        for chip in chips_in(subject)
        if chip.typed
    ]
    return findings


def _body(body: str) -> list[Finding]:
    return [] if body.strip() else [_error("empty_body", "Chưa ghi nội dung thư.")]


def _unknown(text: str) -> list[Finding]:
    findings = []
    for name in dict.fromkeys(unknown_in(text)):
        if name.strip("{} "):
            known = ", ".join(chip.text for chip in CHIPS[:4])
            findings.append(
                _error("unknown_chip", f"Không có thẻ {name}. Hãy chọn trong danh sách: {known}…")
            )
    gaps = dict.fromkeys(match[0] for match in GAPS.finditer(text))
    findings += [
        _error("empty_placeholder", f"Còn chỗ chưa điền: “{gap}”. Hãy điền hoặc bỏ đi.")
        for gap in gaps
    ]
    return findings


def _missing(missing: Sequence[Missing]) -> list[Finding]:
    labels = {chip.key: chip.text for chip in CHIPS}
    findings = []
    for lack in missing:
        count = len(lack.names)
        named = ", ".join(lack.names[:NAMED_AT_MOST]) + ("…" if count > NAMED_AT_MOST else "")
        text = f"{labels[lack.key]} không có giá trị ở {count} người nhận: {named}."
        findings.append(_error("missing_value", f"{text} Hãy bỏ thẻ này hoặc lọc bớt người nhận."))
    return findings


def _deadline(text: str) -> list[Finding]:
    if DAY.search(text) or any(chip.deadline or chip.key == "days" for chip in chips_in(text)):
        return []
    return [_warning("no_deadline", "Thư không nói ngày nào. Nếu cần cơ sở làm gì, hãy ghi hạn.")]


def _shouting(subject: str, body: str) -> list[Finding]:
    return [
        _warning("all_caps", f"“{line.strip()[:60]}” viết toàn chữ hoa, khó đọc và dễ vào thư rác.")
        for line in [subject, *body.splitlines()]
        if _shouts(line)
    ]


def _shouts(line: str) -> bool:
    letters = [letter for letter in BRACES.sub("", line) if letter.isalpha()]
    upper = sum(letter.isupper() for letter in letters)
    return len(letters) >= SHOUTED_LETTERS and upper >= SHOUTED_SHARE * len(letters)


def _links(subject: str, body: str, own_host: str) -> list[Finding]:
    findings = []
    if WEB.search(subject):
        findings.append(_error("link_in_subject", "Không đặt đường dẫn trong tiêu đề thư."))
    if SCHEMES.search(body):
        findings.append(_error("unsafe_link", "Có đường dẫn không an toàn. Chỉ dùng https://."))
    for match in WEB.finditer(body):
        address = match[0].rstrip(".,;:!?)")
        why = _unsafe(address)
        if why:
            findings.append(_error("unsafe_link", f"Đường dẫn {address} {why}"))
        elif host_of(address) != own_host:
            text = f"Đường dẫn {address} dẫn ra ngoài trang này. Hãy bấm thử trước khi gửi."
            findings.append(_warning("foreign_link", text))
    return findings


def host_of(address: str) -> str:
    """Return what stands between the slashes of a web address, in lower case."""
    return re.split(r"[/?#\\]", address.partition("://")[2], maxsplit=1)[0].lower()


def _unsafe(address: str) -> str:
    """Return why nobody should be sent there; empty when it may pass."""
    if not address.lower().startswith("https://"):
        return "không được bảo vệ. Hãy dùng địa chỉ bắt đầu bằng https://."
    host = host_of(address)
    if "." not in host or set(host) & set("@:[]") or _is_number(host):
        return "không phải địa chỉ của một trang quen. Hãy dùng tên miền."
    if host in SHORTENERS:
        return "là đường dẫn rút gọn, người nhận không biết sẽ đến đâu. Hãy dùng địa chỉ đầy đủ."
    if "xn--" in host or not host.isascii():
        return "có tên miền lẫn ký tự lạ, giống trang giả. Hãy dùng tên miền viết thường."
    return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def missing_values(rows: Sequence[tuple[str, Mapping[str, str]]], text: str) -> list[Missing]:
    """Return the chips of `text` that are empty, with the names whose values they are."""
    found = []
    for chip in chips_in(text):
        names = [name for name, values in rows if not values.get(chip.key, "").strip()]
        if names:
            found.append(Missing(chip.key, names))
    return found
