"""Whether the records of a sender's domain let its mail arrive: SPF, DKIM, DMARC, MX."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MOST_LOOKUPS = 10
LEAST_KEY_BITS = 1024
LOOKS_UP = re.compile(r"(?i)^[+?~-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr|exists:)|^redirect=")
LOCAL = ("localhost", "local", "example", "example.org", "example.com", "test", "invalid")


class Verdict(StrEnum):
    """Bad: mail is refused or lands in spam. Warning: it may."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report, with what to do."""

    code: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Records:
    """What the DNS says. `dkim` is by selector; None stands for a name that does not exist."""

    mx: Sequence[str] = ()
    txt: Sequence[str] = ()
    dmarc: Sequence[str] = ()
    dkim: Mapping[str, str | None] = field(default_factory=dict)


def judge(domain: str, records: Records) -> list[Finding]:
    """Return what is wrong or right with a domain as a sender."""
    if domain in LOCAL or domain.endswith((".local", ".localhost", ".invalid", ".test")):
        text = f"{domain} is no domain of the internet: set TGFAIR_MAIL_SENDER."
        return [Finding("sender", Verdict.BAD, text)]
    return [_mx(domain, records), *_spf(records), *_dkim(records), *_dmarc(records)]


def is_bad(findings: Sequence[Finding]) -> bool:
    """Return whether mail of this domain is refused."""
    return any(finding.verdict is Verdict.BAD for finding in findings)


def _good(code: str, text: str) -> Finding:
    return Finding(code, Verdict.GOOD, text)


def _bad(code: str, text: str) -> Finding:
    return Finding(code, Verdict.BAD, text)


def _warn(code: str, text: str) -> Finding:
    return Finding(code, Verdict.WARNING, text)


def _mx(domain: str, records: Records) -> Finding:
    if any(host.rstrip(".") for host in records.mx):
        return _good("mx", f"MX: {', '.join(records.mx)}")
    return _bad("mx", f"{domain} takes no mail (no MX): returned mail is lost. Add an MX record.")


def _spf(records: Records) -> list[Finding]:
    found = [text for text in records.txt if text.lower().startswith("v=spf1")]
    if not found:
        return [_bad("spf_missing", "No SPF record: add TXT `v=spf1 mx -all` (and your relay).")]
    if len(found) > 1:
        return [_bad("spf_twice", "Two SPF records: receivers ignore both. Keep one.")]
    terms = found[0].split()[1:]
    if any(term.lower() in {"+all", "all"} for term in terms):
        return [_bad("spf_open", "SPF lets everybody send (+all): end it with -all.")]
    if sum(bool(LOOKS_UP.match(term)) for term in terms) > MOST_LOOKUPS:
        return [_bad("spf_lookups", "SPF needs more than 10 look-ups: receivers give up on it.")]
    if not any(term.lower() in {"-all", "~all"} or term.startswith("redirect=") for term in terms):
        return [_warn("spf_neutral", "SPF forbids nothing: end it with -all or ~all.")]
    return [_good("spf", f"SPF: {found[0]}")]


def _dkim(records: Records) -> list[Finding]:
    if not records.dkim:
        text = "DKIM was not looked at: name the selector with --selector."
        return [_warn("dkim_unknown", text)]
    return [_dkim_of(selector, text) for selector, text in records.dkim.items()]


def _dkim_of(selector: str, text: str | None) -> Finding:
    if text is None:
        return _bad("dkim_missing", f"No DKIM key at {selector}._domainkey: publish it.")
    tags = _tags(text)
    key = "".join(tags.get("p", "").split())
    if not key:
        return _bad("dkim_revoked", f"The DKIM key {selector} is empty, that is revoked.")
    try:
        bits = len(base64.b64decode(key, validate=True)) * 8
    except (binascii.Error, ValueError):
        return _bad("dkim_broken", f"The DKIM key {selector} is not base64: copy it again.")
    if tags.get("k", "rsa") == "rsa" and bits < LEAST_KEY_BITS:
        return _bad("dkim_short", f"The DKIM key {selector} is too short: use 2048 bits.")
    return _good("dkim", f"DKIM: {selector}")


def _dmarc(records: Records) -> list[Finding]:
    found = [text for text in records.dmarc if text.lower().startswith("v=dmarc1")]
    if not found:
        text = "No DMARC record: add TXT at _dmarc, `v=DMARC1; p=quarantine; rua=mailto:…`."
        return [_bad("dmarc_missing", text)]
    if len(found) > 1:
        return [_bad("dmarc_twice", "Two DMARC records: receivers ignore both. Keep one.")]
    policy = _tags(found[0]).get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        return [_bad("dmarc_broken", "The DMARC record has no policy: add p=quarantine.")]
    if policy == "none":
        return [_warn("dmarc_none", "DMARC only watches (p=none): raise it to p=quarantine.")]
    return [_good("dmarc", f"DMARC: p={policy}")]


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
