"""How hard the runs of chance try: briefly in `make test`, long in `make reliability`."""

from __future__ import annotations

import os


def rounds(short: int, long: int) -> int:
    """Return how many rounds this run should do; nothing is skipped in the short one."""
    return long if os.environ.get("TGFAIR_LONG") else short
