"""Booths under kill -9: held + live + free = booths, no double, no orphan offer, whatever is killed.

Rivals in several processes act at random; `make reliability` does it at full size. The same run
must go red when the database is robbed of the index that judges.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest

from tests.support.booth_run import Settings
from tests.support.effort import rounds
from tests.support.sources import ROOT

BOOTHS = 20
NO_JUDGE = "DROP INDEX uq_assignment_booth_occupied"


@pytest.fixture
def run(database_url, tmp_path):
    """Run the rivals in a process of their own and return what was seen."""

    def run(**how: Any) -> dict[str, Any]:
        seed = random.SystemRandom().randrange(2**32)
        settings = Settings(url=database_url, instance=str(tmp_path), seed=seed, **how)
        print(f"seed {seed}")  # shown when the test fails
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.booth_run", json.dumps(asdict(settings))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            check=True,
        )
        report: dict[str, Any] = json.loads(done.stdout)
        print(report)
        return report

    return run


def test_no_booth_is_doubled_and_no_offer_orphaned_when_processes_are_killed(run):
    acts, kills = rounds(5_000, 50_000), rounds(5, 50)

    report = run(
        acts=acts,
        kills=kills,
        processes=rounds(4, 8),
        looks=rounds(50, 500),
        booths=BOOTHS,
    )

    assert report["faults"] == []
    assert (report["acts"] >= acts, report["kills"], report["looks"] > 1) == (True, kills, True)
    assert sum(report["done"].values()) > acts // 25  # the rest was refused in words


def test_run_goes_red_without_the_index_that_judges(run):
    report = run(acts=20_000, kills=0, processes=6, looks=2_000, booths=BOOTHS, sabotage=NO_JUDGE)

    assert [fault for fault in report["faults"] if "has 2 holders" in fault] != []
