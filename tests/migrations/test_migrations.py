from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from tests.support import databases
from tests.support.postgres import PostgresServer
from tgfair.app import create_app
from tgfair.extensions import db


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def differences() -> list[object]:
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), db.metadata))


def test_upgrade_from_empty_yields_exactly_the_models(empty_url: str, tmp_path: Path):
    databases.upgrade(empty_url, tmp_path)

    with create_app(databases.make_config(empty_url, tmp_path)).app_context():
        tables = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert tables == set(db.metadata.tables)
        assert differences() == []
        flask_migrate.check()
        db.engine.dispose()


def test_revisions_form_one_line_of_numbers(app):
    with app.app_context():
        folder = ScriptDirectory(app.extensions["migrate"].directory)
        revisions = [script.revision for script in folder.walk_revisions()][::-1]

    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
