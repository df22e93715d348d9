"""`make bench`: run the benches, or those named, and print one line a figure.

Each bench is a module with `figures()`, which yields `Figure`s as they are known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from benchmarks import (
    badges,
    check_in,
    gate,
    install,
    mails,
    page,
    pan,
    picking,
    places,
    solver,
    start,
    submit,
)
from benchmarks.figure import Figure

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {
    "G1": page.figures,
    "G2": submit.figures,
    "G3": places.figures,
    "G6": mails.figures,
    "G4": check_in.figures,
    "G5": badges.figures,
    "G8": install.figures,
    "G9": solver.plain,
    "B6": picking.figures,
    "B7": pan.figures,
    "C4": gate.figures,
}
# Minutes long, or it installs: only when named.
ON_DEMAND: dict[str, Callable[[], Iterator[Figure]]] = {"A1": start.figures, "B1": solver.figures}


def main(names: list[str]) -> int:
    """Print the figures; the exit code says only whether the benches could run."""
    known = BENCHES | ON_DEMAND
    unknown = [name for name in names if name not in known]
    if unknown:
        print(
            f"no bench named {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr
        )
        return 2
    for name in names or BENCHES:
        for figure in known[name]():
            print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
