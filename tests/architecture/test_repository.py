"""What may not stand in any file of the repository."""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata

import pytest

from tests.support.sources import ROOT, modules, name_of, repository

TEXT = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".json",
    ".ini",
    ".mako",
    "",
}
VENDORED = re.compile(r"(^|/)vendor(ed)?/|\.min\.js$|^LICENSE|^tests/data/")
# Written in two parts, so that this file does not hold what it looks for.
FOREIGN = [
    "/wor" + "k/",
    "/tm" + "p/bash",
    "../" + "shared",
    "pypi" + ".org",
    "python" + "hosted",
    "npmjs" + ".",
    "crates" + ".io",
    "deb.debian" + ".org",
]
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no|nosec|ruff:)", re.IGNORECASE)
GOOD_SUPPRESSION = re.compile(
    r"# (noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*"
    r"|type: ignore\[[a-z-]+(, ?[a-z-]+)*\](  #)?"
    r"|pragma: no cover) -- .{3,}"
)


def texts() -> list[tuple[str, str]]:
    return [
        (name_of(path), path.read_text(encoding="utf-8"))
        for path in repository()
        if path.suffix in TEXT and not VENDORED.search(name_of(path))
    ]


@pytest.mark.parametrize("word", FOREIGN)
def test_no_file_names_a_machine_or_a_registry(word):
    assert [name for name, text in texts() if word in text] == []


def test_text_is_composed_unicode():
    found = [
        f"{name}:{number}"
        for name, text in texts()
        if not name.startswith("tests/")
        for number, line in enumerate(text.splitlines(), 1)
        if not unicodedata.is_normalized("NFC", line)
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["tgfair", "tests", "scripts", "migrations", "benchmarks"])
def test_every_suppression_has_a_code_and_a_reason(folder):
    found = []
    for path in modules(folder):
        readline = io.StringIO(path.read_text(encoding="utf-8")).readline
        found += [
            f"{name_of(path)}:{token.start[0]} {token.string}"
            for token in tokenize.generate_tokens(readline)
            if token.type == tokenize.COMMENT
            and SUPPRESSION.search(token.string)
            and not GOOD_SUPPRESSION.search(token.string)
        ]

    assert found == []


def test_lock_files_pin_every_package_by_hash():
    for name in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=[a-z])", (ROOT / name).read_text(encoding="utf-8"))
        loose = [
            block.split()[0] for block in blocks if "==" not in block or "--hash=" not in block
        ]
        assert loose == [], name


def test_the_script_of_continuous_integration_runs_the_documented_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "make check test" in script
    assert "make test" in readme
