"""Faults of a sender's domain, each injected alone."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from tgfair.core.mail_domain import Records, Verdict, is_bad, judge

KEY = base64.b64encode(bytes(294)).decode()
GOOD = Records(
    mx=["mail.hoicho.vn."],
    txt=["google-site-verification=x", "v=spf1 mx include:relay.vn -all"],
    dmarc=["v=DMARC1; p=quarantine; rua=mailto:a@hoicho.vn"],
    dkim={"mail": f"v=DKIM1; k=rsa; p={KEY}"},
)


def codes(records, verdict=Verdict.BAD):
    return [found.code for found in judge("hoicho.vn", records) if found.verdict is verdict]


def test_a_good_domain_has_four_good_lines():
    assert codes(GOOD, Verdict.GOOD) == ["mx", "spf", "dkim", "dmarc"]
    assert is_bad(judge("hoicho.vn", GOOD)) is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mx": []}, "mx"),
        ({"mx": ["."]}, "mx"),
        ({"txt": ["other"]}, "spf_missing"),
        ({"txt": ["v=spf1 mx -all", "v=spf1 a -all"]}, "spf_twice"),
        ({"txt": ["v=spf1 +all"]}, "spf_open"),
        ({"txt": ["v=spf1 " + "include:a.vn " * 11 + "-all"]}, "spf_lookups"),
        ({"dkim": {"mail": None}}, "dkim_missing"),
        ({"dkim": {"mail": "v=DKIM1; p="}}, "dkim_revoked"),
        ({"dkim": {"mail": "v=DKIM1; p=***"}}, "dkim_broken"),
        ({"dkim": {"mail": f"v=DKIM1; p={base64.b64encode(bytes(94)).decode()}"}}, "dkim_short"),
        ({"dmarc": []}, "dmarc_missing"),
        ({"dmarc": ["v=DMARC1; p=none", "v=DMARC1; p=none"]}, "dmarc_twice"),
        ({"dmarc": ["v=DMARC1; sp=none"]}, "dmarc_broken"),
    ],
)
def test_each_fault_is_bad(change, code):
    assert codes(replace(GOOD, **change)) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"txt": ["v=spf1 mx"]}, "spf_neutral"),
        ({"dkim": {}}, "dkim_unknown"),
        ({"dmarc": ["v=DMARC1; p=none"]}, "dmarc_none"),
    ],
)
def test_half_measures_are_warnings(change, code):
    assert codes(replace(GOOD, **change), Verdict.WARNING) == [code]


def test_a_local_name_is_no_sender():
    assert [found.code for found in judge("localhost", Records())] == ["sender"]
