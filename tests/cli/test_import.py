"""A4 through the real command: exact, idempotent, all or nothing, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from tests.support.builders import DATA
from tests.support.databases import SECRET
from tests.support.sources import ROOT

EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
WORKBOOK = "so-chu-the-ocop.xlsx"
CSV_FILES = ("so-chu-the-utf8-bom.csv", "so-chu-the-cp1258.csv")
TABLES = ("exhibitor", "product", "certificate", "merge_proposal", "register_import", "audit_entry")


@pytest.fixture
def tgfair(database_url, tmp_path):
    """Run a command of a fresh installation and return (exit code, stdout, stderr)."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "TGFAIR_SECRET_KEY": SECRET,
        "TGFAIR_DATABASE_URL": database_url,
        "TGFAIR_INSTANCE": str(tmp_path / "instance"),
    }

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "tgfair.cli", *map(str, arguments)],
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def rows(database_url):
    """Return every row of the tables that an import writes."""
    engine = create_engine(database_url)

    def dump():
        with engine.connect() as connection:
            return {
                table: connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).fetchall()
                for table in TABLES
            }

    yield dump
    engine.dispose()


def counts(dump):
    return {table: len(found) for table, found in dump.items()}


def json_of(tgfair, name):
    code, out, _ = tgfair(
        "import", DATA / name, "--dry-run", "--json", "--on", EXPECTED["reference_day"]
    )
    assert code == 0
    return json.loads(out)


def test_dry_run_prints_exactly_what_is_expected_and_writes_nothing(tgfair, rows):
    assert json_of(tgfair, WORKBOOK) == EXPECTED["files"][WORKBOOK]
    assert set(counts(rows()).values()) == {0}


def test_import_is_exact_and_a_second_one_changes_nothing(tgfair, rows):
    started = time.perf_counter()
    code, _, problems = tgfair("import", DATA / WORKBOOK)
    print(f"\n285 rows with start of the program: {time.perf_counter() - started:.1f} s")
    first = rows()

    assert code == 0
    assert "không phải ngày có thật" in problems
    assert counts(first) == {
        "exhibitor": 142,
        "product": 285,
        "certificate": 285,
        "merge_proposal": 2,
        "register_import": 1,
        "audit_entry": 1,
    }
    for name in (WORKBOOK, *CSV_FILES):
        assert tgfair("import", DATA / name)[0] == 0
        assert rows() == first
    for name in (WORKBOOK, *CSV_FILES):
        assert json_of(tgfair, name) == EXPECTED["files"][name]


def test_a_file_that_cannot_be_read_says_so_and_fails(tgfair, tmp_path, rows):
    wrong = tmp_path / "so.xls"
    wrong.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))

    code, out, said = tgfair("import", wrong)

    assert (code, out) == (1, "")
    assert said == "Tệp .xls đời cũ chưa đọc được. Hãy lưu lại thành .xlsx.\n"
    assert set(counts(rows()).values()) == {0}
