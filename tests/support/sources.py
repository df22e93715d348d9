"""The project's own files, for the tests that read them instead of running them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tgfair"


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def modules(folder: str = "tgfair") -> list[Path]:
    """Return the Python files below a folder of the project."""
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the path as a reader of the test result wants it."""
    return str(path.relative_to(ROOT))


def place(path: Path, node: ast.AST) -> str:
    """Return `file:line` of a node."""
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield every call below a node."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yield every function below a node, methods and inner ones included."""
    return (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef))


def imported(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield each import below a node as (node, dotted name of module or object)."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from ((part, alias.name) for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            yield from ((part, f"{part.module}.{alias.name}") for alias in part.names)


@cache
def repository() -> list[Path]:
    """Return the files that belong to the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file()]
