"""The top-level pages say what is true."""

from __future__ import annotations

import re
import tomllib

from tests.support.sources import ROOT
from tgfair.cli.main import cli
from tgfair.config import ENVIRONMENT

PAGES = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {word for page in PAGES for word in re.findall(r"\bmake ([a-z]+)\b", text_of(page))}

    # «make and Python» is English, not a command.
    assert named - targets - {"and"} == set()


def test_every_setting_named_exists():
    named = {word for page in PAGES for word in re.findall(r"TGFAIR_[A-Z_]+", text_of(page))}

    assert named - set(ENVIRONMENT) == set()


def test_every_link_leads_somewhere():
    links = {
        (page, target.split("#")[0])
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page))
        if not target.startswith(("http", "#"))
    }

    assert {link for link in links if not (ROOT / link[1]).exists()} == set()


def test_every_dependency_says_what_it_is_for():
    project = tomllib.loads(text_of("pyproject.toml"))
    asked = [
        *project["project"]["dependencies"],
        *(one for extra in project["project"]["optional-dependencies"].values() for one in extra),
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    names = {re.match(r"[\w-]+", line).group().lower() for line in asked}
    page = text_of("CONTRIBUTING.md").lower()

    assert {name for name in names if name not in page and not name.startswith("types-")} == set()


def test_every_command_named_exists():
    named = {word for page in PAGES for word in re.findall(r"`tgfair ([a-z]+)\b", text_of(page))}

    assert named - set(cli.commands) == set()
