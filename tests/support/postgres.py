"""A PostgreSQL of our own for the length of a test run, as root or not."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg

from tests.support.binaries import postgres

# What a test must not have changed, with the numbers that a copy inherits from its template.
CATALOGUES = {
    "pg_class": "oid, relname",
    "pg_attribute": "attrelid, attnum, attname, atttypid, atttypmod, attnotnull",
    "pg_attrdef": "oid, adbin",
    "pg_constraint": "oid, conname, convalidated",
    "pg_trigger": "oid, tgname, tgenabled",
    "pg_proc": "oid, proname, prosrc",
}
FIRST_OWN = 16_384  # PostgreSQL's FirstNormalObjectId: everything below comes with the server
SHAPE = " UNION ALL ".join(
    ["SELECT version_num FROM alembic_version"]
    + [
        f"SELECT md5(string_agg(one::text, ',' ORDER BY one::text)) FROM (SELECT {told}"
        f" FROM {name} WHERE {told.split(',')[0]} >= {FIRST_OWN}) AS one"
        for name, told in CATALOGUES.items()
    ]
)
EMPTY = """
DO $$ DECLARE name text; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;  -- no order of foreign keys to mind
  FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
# A test database need not survive a power cut.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]


class PostgresServer:
    """A server that listens on a socket in its own folder; use as a context manager."""

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = postgres()
        self._settings = ["max_connections=200", *([] if durable else FAST)]
        self._count = 0

    def __enter__(self) -> Self:
        # Not pytest's tmp_path: that has mode 700 and the server may run as another user.
        self.folder = Path(tempfile.mkdtemp(prefix="tgfair-pg-"))
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = [part for setting in self._settings for part in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", data, "-k", self.folder, "-h", "", *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                **self._user,  # type: ignore[call-overload]  # -- keyword arguments of Popen
            )
        self._admin = self._connect()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._admin.close()
        self._server.send_signal(signal.SIGINT)  # SIGTERM would wait for open connections
        self._server.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(part) for part in (self._programs / program, *arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self._user)  # type: ignore[call-overload]  # -- keyword arguments of run

    def _connect(self, name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                return psycopg.connect(
                    host=str(self.folder), user="postgres", dbname=name, autocommit=True
                )
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.02)

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, *, template: str = "template0") -> str:
        """Create an empty database, or a copy of `template` (200 ms), and return its name."""
        self._count += 1
        name = f"tgfair_{self._count}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def shape(self, name: str) -> list[tuple[object, ...]]:
        """Return what tells a changed schema from an unchanged copy of the same template."""
        with self._connect(name) as connection:
            return connection.execute(SHAPE).fetchall()

    def empty(self, name: str) -> None:
        """Delete every row and number from 1 again (20 ms), whoever is still connected."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        with self._connect(name) as connection:
            connection.execute(EMPTY)
