"""List the files and functions that are longer than the house likes; a report, never a failure."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONG_FILE = 350
LONG_FUNCTION = 45


def main() -> None:
    """Print one line for each long file and function of the package, and the medians."""
    files: dict[str, int] = {}
    functions: dict[str, int] = {}
    for path in sorted((ROOT / "tgfair").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        files[name] = len(text.splitlines())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                functions[f"{name}:{node.lineno} {node.name}"] = (
                    (node.end_lineno or node.lineno) - node.lineno + 1
                )
    for kind, lengths, limit in (
        ("file", files, LONG_FILE),
        ("function", functions, LONG_FUNCTION),
    ):
        for name, lines in sorted(lengths.items(), key=lambda item: -item[1]):
            if lines > limit:
                print(f"long {kind}: {name} ({lines} lines, {limit} is the signal)")
        middle = statistics.median(lengths.values())
        print(f"{len(lengths)} {kind}s, median {middle:.0f} lines, longest {max(lengths.values())}")


if __name__ == "__main__":
    main()
