"""What the documents name exists: commands, settings, files, pictures."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tgfair.cli.main import cli
from tgfair.config import ENVIRONMENT

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
BASES = (ROOT, ROOT / "tgfair")
MOST_BYTES = 150 * 1024


def told(pattern: str) -> set[tuple[str, str]]:
    """Every match of the pattern's group, with the page it stands on."""
    return {
        (page.name, found)
        for page in PAGES
        for found in re.findall(pattern, page.read_text(encoding="utf-8"))
    }


def known_command(words: str) -> bool:
    """Whether these words begin a command line of ours; a group needs one of its commands."""
    command: click.Command | None = cli
    for word in words.split():
        if not isinstance(command, click.Group):
            return True
        command = command.commands.get(word)
    return command is not None


def test_commands_exist():
    lines = told(r"(?:bin/|`|^|\n)tgfair ((?:[a-z][a-z-]*)(?: [a-z][a-z-]+)?)")

    assert len(lines) > 10
    assert [line for line in sorted(lines) if not known_command(line[1])] == []


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    named = told(r"(?:`|\n)make ([a-z-]+)")

    assert [one for one in sorted(named) if one[1] not in targets] == []


def test_settings_exist():
    named = told(r"\b(TGFAIR_[A-Z_]+)\b")

    assert [one for one in sorted(named) if one[1] not in {*ENVIRONMENT, "TGFAIR_LONG"}] == []


def test_links_and_pictures_exist():
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_source_paths_exist():
    named = told(r"`((?:tgfair|tests|docs|scripts|core|services|web|models|documents)/[\w/.-]+)`")

    missing = [
        (page, path)
        for page, path in sorted(named)
        if not any((base / f"{path}{end}").exists() for base in BASES for end in ("", ".py"))
    ]

    assert missing == []


def test_pictures_are_small():
    pictures = list(ROOT.glob("docs/images/*"))

    assert len(pictures) > 1
    assert [picture.name for picture in pictures if picture.stat().st_size > MOST_BYTES] == []
