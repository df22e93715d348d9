"""A test gets a database as new, whatever the one before did to it."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.engine import make_url

pytestmark = pytest.mark.postgres

FUNCTION = "CREATE FUNCTION stop() RETURNS trigger AS 'BEGIN RETURN NEW; END' LANGUAGE plpgsql"


@pytest.fixture
def name(postgres_url):
    return make_url(postgres_url).database


@pytest.fixture
def execute(postgres_server, name):
    with psycopg.connect(
        host=str(postgres_server.folder), user="postgres", dbname=name, autocommit=True
    ) as connection:
        yield connection.execute


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("ALTER TABLE zone RENAME COLUMN label TO other", id="column"),
        pytest.param("ALTER TABLE zone ALTER color SET DEFAULT 'x'", id="default"),
        pytest.param("DROP INDEX uq_assignment_booth_occupied", id="index"),
        pytest.param("ALTER TABLE zone DROP CONSTRAINT pk_zone CASCADE", id="constraint"),
        pytest.param(FUNCTION, id="function"),
        pytest.param("UPDATE alembic_version SET version_num = '0000'", id="version"),
    ],
)
def test_changed_schema_is_seen(postgres_server, name, execute, change):
    shape = postgres_server.shape(name)

    execute(change)

    assert postgres_server.shape(name) != shape


def test_emptied_database_has_no_row_and_counts_from_one(postgres_server, name, execute):
    shape = postgres_server.shape(name)
    add = (
        "INSERT INTO suppression (address, reason, at, note) "
        "VALUES ('a@example.vn', 'bounced', now(), '') RETURNING id"
    )
    execute(add)

    postgres_server.empty(name)  # ends every other connection

    with psycopg.connect(host=str(postgres_server.folder), user="postgres", dbname=name) as again:
        assert again.execute(add).fetchone() == (1,)
    assert postgres_server.shape(name) == shape
