"""`make bench`: run every bench, or those named, and print one line a figure.

Each bench is a module with `figures()`, which yields `Figure`s as they are known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from benchmarks import install
from benchmarks.figure import Figure

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {"install": install.figures}


def main(names: list[str]) -> int:
    """Print the figures; the exit code says only whether the benches could run."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(
            f"no bench named {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr
        )
        return 2
    for name in names or BENCHES:
        for figure in BENCHES[name]():
            print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
