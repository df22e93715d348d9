"""What a template may not hold; djlint sees none of this."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.support.sources import PACKAGE, name_of

TEMPLATES = PACKAGE / "templates"
SCRIPTS = PACKAGE / "static" / "js"
TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
STYLE = re.compile(r"\sstyle\s*=", re.IGNORECASE)
FORM = re.compile(r"<form\b(.*?)</form>", re.DOTALL | re.IGNORECASE)
POST = re.compile(r"method\s*=\s*[\"']?post", re.IGNORECASE)
CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
DANGEROUS_SCRIPT = re.compile(
    r"\.innerHTML\s*\+?=|\.outerHTML\s*=|document\.write|\beval\(|new Function"
)

environment = Environment(  # noqa: S701 -- only parses
    extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
)


def templates(suffix: str = ".html") -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob(f"*{suffix}"))


def is_mail(path: Path) -> bool:
    return path.is_relative_to(TEMPLATES / "mail")


@cache
def parsed(path: Path) -> nodes.Template:
    return environment.parse(path.read_text(encoding="utf-8"))


def source(path: Path) -> str:
    """Return the HTML alone: Jinja's own brackets would look like tags."""
    text = path.read_text(encoding="utf-8")
    return CODE.sub(lambda match: " " * len(match.group()), text)


def tags(path: Path) -> list[tuple[str, str]]:
    return [(match[1].lower(), match[2]) for match in TAG.finditer(source(path))]


def test_there_are_templates():
    assert templates() != []


def test_nothing_is_declared_safe():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in templates()
        for node in parsed(path).find_all(nodes.Filter)
        if node.name == "safe"
    ]
    unescaped = [
        name_of(path) for path in templates() if "autoescape false" in path.read_text("utf-8")
    ]

    assert found + unescaped == []


def test_no_inline_handler_and_no_inline_style():
    found = [
        f"{name_of(path)} <{tag}{attributes}>"
        for path in templates()
        for tag, attributes in tags(path)
        if HANDLER.search(attributes) or (STYLE.search(attributes) and not is_mail(path))
    ]

    assert found == []


def test_scripts_come_from_files():
    found = [
        f"{name_of(path)} <script{attributes}>"
        for path in templates()
        for tag, attributes in tags(path)
        if tag == "script"
        and not re.search(r"\ssrc\s*=", attributes)
        and "application/json" not in attributes
    ]
    styles = [
        name_of(path) for path in templates() if not is_mail(path) and "<style" in source(path)
    ]

    assert found + styles == []


def test_every_picture_has_a_text():
    found = [
        f"{name_of(path)} <img{attributes}>"
        for path in templates()
        for tag, attributes in tags(path)
        if tag == "img" and not re.search(r"\salt\s*=", attributes)
    ]

    assert found == []


def with_token(path: Path) -> str:
    """Return a pattern of what puts the token into a form: the words, or an own macro with them."""
    macros = re.findall(
        r"{%-?\s*macro\s+(\w+)(.*?)endmacro", path.read_text(encoding="utf-8"), re.DOTALL
    )
    own = [rf"{{{{-?\s*{name}\(" for name, body in macros if "csrf" in body]
    return "|".join(["csrf", "hidden_tag", *own])


def test_every_posting_form_carries_its_token():
    found = [
        f"{name_of(path)}: {' '.join(form.split())[:80]}"
        for path in templates()
        for form in FORM.findall(path.read_text(encoding="utf-8"))
        if POST.search(form) and not re.search(with_token(path), form)
    ]

    assert found == []


@cache
def exported(name: str) -> set[str]:
    """Return what another template may import from this one."""
    tree = parsed(TEMPLATES / name)
    macros = {node.name for node in tree.find_all(nodes.Macro)}
    values = {
        node.target.name
        for node in tree.find_all(nodes.Assign)
        if isinstance(node.target, nodes.Name)
    }
    imports = {node.target for node in tree.find_all(nodes.Import)}
    return macros | values | imports


def constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def referred(path: Path) -> list[str]:
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    found = [constant(node.template) for node in parsed(path).find_all(kinds)]
    return [name for name in found if name is not None]


@pytest.mark.parametrize("suffix", [".html", ".txt"])
def test_every_named_template_exists(suffix):
    found = [
        f"{name_of(path)}: {name}"
        for path in templates(suffix)
        for name in referred(path)
        if not (TEMPLATES / name).is_file()
    ]

    assert found == []


def test_every_imported_macro_exists():
    missing = []
    for path in templates():
        tree = parsed(path)
        for node in tree.find_all(nodes.FromImport):
            names = [name if isinstance(name, str) else name[0] for name in node.names]
            origin = constant(node.template)
            missing += [
                f"{name_of(path)}: {n}" for n in names if origin and n not in exported(origin)
            ]
        spaces = {node.target: constant(node.template) for node in tree.find_all(nodes.Import)}
        missing += [
            f"{name_of(path)}:{node.lineno} {node.node.name}.{node.attr}"
            for node in tree.find_all(nodes.Getattr)
            if isinstance(node.node, nodes.Name)
            and (origin := spaces.get(node.node.name))
            and node.attr not in exported(origin)
        ]

    assert missing == []


def test_own_scripts_write_no_markup_and_no_code():
    found = [
        f"{name_of(path)}:{number}"
        for path in sorted(SCRIPTS.rglob("*.js"))
        if "vendor" not in name_of(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if DANGEROUS_SCRIPT.search(line)
    ]

    assert found == []
