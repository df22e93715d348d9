"""`tgfair doctor`: what stands in the way of a safe and reachable installation."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

import click
import dns.exception
import dns.resolver

from tgfair.config import Config, read_config
from tgfair.core.errors import TgfairError
from tgfair.core.mail_domain import Finding, Records, Verdict, is_bad, judge

MARKS = {Verdict.GOOD: "ok  ", Verdict.WARNING: "warn", Verdict.BAD: "BAD "}
SECONDS = 8


class OfflineError(TgfairError):
    """No name server answers."""

    code = "offline"

    def message(self) -> str:
        """Say that nothing was found out."""
        return "No name server answers: this machine seems to be offline, nothing was checked."


class DoctorError(TgfairError):
    """Something is bad."""

    code = "doctor"

    def message(self) -> str:
        """Say that the lines above name it."""
        return "Mail of this domain will be refused or lost: see the lines marked BAD."


@click.group()
def doctor() -> None:
    """Look for what stands in the way."""


@doctor.command()
@click.option("--selector", multiple=True, help="DKIM selector of your mail server, e.g. mail.")
@click.option("--domain", help="Domain to look at; default: that of TGFAIR_MAIL_SENDER.")
def mail(selector: Sequence[str], domain: str | None) -> None:
    """Check SPF, DKIM, DMARC and MX of the sender's domain."""
    config: Config = read_config()
    asked = (domain or parseaddr(config.mail.sender)[1].rpartition("@")[2] or "localhost").lower()
    click.echo(f"Sender: {asked}; server: {config.mail.server or 'none (mail stays queued)'}")
    findings = judge(asked, Records()) if "." not in asked else []
    if not findings:
        findings = judge(asked, look_up(asked, selector))
    for finding in findings:
        click.echo(_line(finding))
    if is_bad(findings):
        raise DoctorError


def look_up(domain: str, selectors: Sequence[str]) -> Records:
    """Ask the DNS.

    Raises:
        OfflineError: nobody answers.
    """
    return Records(
        mx=[text.split()[-1] for text in _ask(domain, "MX") or ()],
        txt=_ask(domain, "TXT") or (),
        dmarc=_ask(f"_dmarc.{domain}", "TXT") or (),
        dkim={name: _first(_ask(f"{name}._domainkey.{domain}", "TXT")) for name in selectors},
    )


def _ask(name: str, kind: str) -> list[str] | None:
    """Return the records of a name; None when there is no such name or record."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except (dns.exception.DNSException, OSError) as error:
        raise OfflineError from error
    if kind == "TXT":
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
    return [str(row) for row in answer]


def _first(found: Sequence[str] | None) -> str | None:
    return found[0] if found else None


def _line(finding: Finding) -> str:
    return f"{MARKS[finding.verdict]} {finding.text}"
