"""Rules between the rooms that import-linter cannot see."""

from __future__ import annotations

import ast

import pytest

from tests.support.sources import (
    PACKAGE,
    calls,
    functions,
    imported,
    modules,
    name_of,
    place,
    tree,
)

CLOCK_AND_CHANCE = {"random", "secrets", "time", "uuid"}
INPUT_AND_OUTPUT = {"io", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "urllib"}
STATEMENTS = {f"sqlalchemy.{name}" for name in ("select", "insert", "update", "delete", "text")}
WRITES = {"add", "add_all", "delete", "flush", "merge", "commit"}
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc"}
OTHER_WORDS = {"vendor", "vendors", "stall", "stalls", "ticket", "tickets"}


def calls_of_method(names: set[str], folder: str = "tgfair") -> list[str]:
    return [
        place(path, call)
        for path in modules(folder)
        for call in calls(tree(path))
        if isinstance(call.func, ast.Attribute) and call.func.attr in names
    ]


def test_only_the_unit_of_work_commits():
    found = {line.split(":")[0] for line in calls_of_method({"commit"})}

    assert found <= {"tgfair/services/uow.py"}


def test_only_services_and_guards_touch_the_session():
    found = [
        place(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) == "db.session"
        and not name_of(path).startswith(("tgfair/services/", "tgfair/web/guards.py"))
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["tgfair/web", "tgfair/cli"])
def test_entry_points_build_no_statement(folder):
    found = [
        place(path, node)
        for path in modules(folder)
        for node, name in imported(tree(path))
        if name in STATEMENTS
    ]

    assert found == []


def test_queries_only_read():
    written = calls_of_method(WRITES - {"add"}, "tgfair/services/queries")
    imports = [
        place(path, node)
        for path in modules("tgfair/services/queries")
        for node, name in imported(tree(path))
        if name in STATEMENTS - {"sqlalchemy.select", "sqlalchemy.text"}
        or name == "tgfair.services.uow.transaction"
    ]
    added = [
        place(path, call)
        for path in modules("tgfair/services/queries")
        for call in calls(tree(path))
        if ast.unparse(call.func) in {"session.add", "db.session.add"}
    ]

    assert written + imports + added == []


def test_core_has_no_clock_no_chance_no_files():
    found = [
        f"{place(path, node)} {name}"
        for path in modules("tgfair/core")
        for node, name in imported(tree(path))
        if name.split(".")[0] in CLOCK_AND_CHANCE | INPUT_AND_OUTPUT
    ]
    opened = [
        place(path, call)
        for path in modules("tgfair/core")
        for call in calls(tree(path))
        if ast.unparse(call.func) == "open"
    ]

    assert found + opened == []


def test_own_modules_are_imported_at_the_top():
    found = [
        place(path, node)
        for path in modules()
        for function in functions(tree(path))
        for node, name in imported(function)
        if name.split(".")[0] == "tgfair"
    ]

    assert found == []


def test_no_module_has_a_name_that_says_nothing():
    assert [name_of(path) for path in modules() if path.stem in VAGUE] == []
    assert [
        name_of(path) for path in PACKAGE.rglob("*") if path.is_dir() and path.name in VAGUE
    ] == []


def test_one_word_for_each_idea():
    found = [
        f"{place(path, node)} {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and OTHER_WORDS & set(node.name.lower().split("_"))
    ]

    assert found == []


def test_migrations_import_nothing_of_ours():
    found = [
        place(path, node)
        for path in modules("migrations/versions")
        for node, name in imported(tree(path))
        if name.split(".")[0] == "tgfair"
    ]

    assert found == []
