"""Every public service function knows who asks, and asks whether they may."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.support.sources import calls, imported, modules, name_of, place, tree

# `tgfair/services/__init__.py` says, in the dictionary JOB_FUNCTIONS, which functions nobody in
# person asks for ("module.function" -> why): the worker's jobs, the scheduler, the sign-in itself.
PACKAGE = "tgfair.services"
CHECKS = ("require", "visible_to")
# Takes part in its caller's transaction: the caller has asked.
INNER = {"session"}

Key = tuple[str, str]
UNIT_OF_WORK: Key = (f"{PACKAGE}.uow", "transaction")


def service_modules() -> list[Path]:
    return [
        path
        for path in modules("tgfair/services")
        if path.parent.name != "queries" and path.stem not in {"__init__", "uow"}
    ]


def dotted(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")


def top_functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in tree(path).body if isinstance(node, ast.FunctionDef)]


def first_parameter(function: ast.FunctionDef) -> str:
    parameters = [*function.args.posonlyargs, *function.args.args]
    return parameters[0].arg if parameters else ""


def public_functions() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, function)
        for path in service_modules()
        for function in top_functions(path)
        if not function.name.startswith("_")
        and first_parameter(function) not in INNER
        # What touches no database (an identifier, a hash) is arithmetic, not a service.
        and reaches((dotted(path), function.name), {*openers(), UNIT_OF_WORK})
    ]


@cache
def jobs() -> dict[str, str]:
    file = next(path for path in modules("tgfair/services") if path.name == "__init__.py")
    for node in tree(file).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and "JOB_FUNCTIONS" in ast.unparse(node):
            assert node.value is not None
            return dict(ast.literal_eval(node.value))
    return {}


def key_of(path: Path, function: ast.FunctionDef) -> str:
    return f"{dotted(path).removeprefix(f'{PACKAGE}.')}.{function.name}"


def names_in(path: Path) -> tuple[dict[str, Key], dict[str, tuple[str, ...]]]:
    """Return what a module defines and what it imports, by the name used there."""
    own = {function.name: (dotted(path), function.name) for function in top_functions(path)}
    known = {name.split(".")[-1]: tuple(name.rsplit(".", 1)) for _, name in imported(tree(path))}
    return own, known


@cache
def graph() -> dict[Key, set[Key]]:
    """Return which function calls which, across the modules of the services."""
    edges: dict[Key, set[Key]] = {}
    for path in modules("tgfair/services"):
        here = dotted(path)
        own, known = names_in(path)
        for function in top_functions(path):
            edges[here, function.name] = {
                target
                for call in calls(function)
                if (target := resolve(call.func, own, known)) is not None
            }
    return edges


def resolve(
    function: ast.expr, own: dict[str, Key], known: dict[str, tuple[str, ...]]
) -> Key | None:
    if isinstance(function, ast.Name):
        found = own.get(function.id) or known.get(function.id)
        return (found[0], found[1]) if found else None
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        module = known.get(function.value.id)
        return (".".join(module), function.attr) if module else None
    return None


@cache
def openers() -> set[Key]:
    """Return the functions that use the session without being given one."""
    return {
        (dotted(path), function.name)
        for path in modules("tgfair/services")
        for function in top_functions(path)
        if any(ast.unparse(node) == "db.session" for node in ast.walk(function))
    }


def reaches(key: Key, goal: set[Key], seen: frozenset[Key] = frozenset()) -> bool:
    """Return whether a function is, or calls at any depth, one of `goal`."""
    if key in goal:
        return True
    return any(reaches(called, goal, seen | {key}) for called in graph().get(key, set()) - seen)


def asks(key: Key, seen: frozenset[Key] = frozenset()) -> bool:
    """Return whether a function, or one that it calls, checks the permission."""
    if key[1].startswith(CHECKS):
        return True
    return any(asks(called, seen | {key}) for called in graph().get(key, set()) - seen)


def test_every_public_service_takes_the_actor_first_or_is_a_job():
    found = [
        f"{place(path, function)} {function.name}"
        for path, function in public_functions()
        if first_parameter(function) != "actor" and key_of(path, function) not in jobs()
    ]

    assert found == []


def test_every_service_with_an_actor_asks_the_policy():
    found = [
        f"{place(path, function)} {function.name}"
        for path, function in public_functions()
        if first_parameter(function) == "actor"
        and key_of(path, function) not in jobs()
        and not asks((dotted(path), function.name))
    ]

    assert found == []


def test_no_unit_of_work_opens_inside_another():
    """`transaction()` starts by throwing the session's work away: an inner one would undo the outer."""
    found = []
    for path in modules("tgfair/services"):
        here = dotted(path)
        own, known = names_in(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.With) and "transaction()" in ast.unparse(node.items[0]):
                inner = {
                    resolve(call.func, own, known) for part in node.body for call in calls(part)
                }
                found += [
                    f"{place(path, node)} {here} calls {key[1]}"
                    for key in inner
                    if key is not None and reaches(key, {UNIT_OF_WORK})
                ]

    assert found == []


def test_every_listed_job_exists_and_says_why():
    existing = {key_of(path, function) for path, function in public_functions()}

    assert sorted(set(jobs()) - existing) == []
    assert [name for name, reason in jobs().items() if len(reason) < 10] == []
