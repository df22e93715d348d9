"""Migrated databases: one template, a copy per test."""

from __future__ import annotations

import shutil
from pathlib import Path

import flask_migrate

from tests.support.postgres import PostgresServer
from tgfair.app import create_app
from tgfair.config import Config, MailConfig
from tgfair.extensions import db

SECRET = "a key for tests only, longer than 32 characters"


def make_config(url: str, instance: Path, **changes: object) -> Config:
    """Return the configuration of a quiet installation without background worker."""
    values: dict[str, object] = {
        "secret_key": SECRET,
        "database_url": url,
        "base_url": "http://localhost",
        "instance_dir": instance,
        "mail": MailConfig(),
        "worker_in_process": False,
        "rate_limits": False,
        "testing": True,
    }
    return Config(**{**values, **changes})  # type: ignore[arg-type]  # -- values as Config names them


def upgrade(url: str, instance: Path) -> None:
    """Bring a database to the newest revision, as `flask db upgrade` does."""
    app = create_app(make_config(url, instance))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def sqlite_template(folder: Path) -> Path:
    """Return a migrated SQLite file to copy from."""
    file = folder / "template.sqlite3"
    upgrade(f"sqlite:///{file}", folder)
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    """Return the address of a fresh copy (1 ms)."""
    file = folder / "tgfair.sqlite3"
    shutil.copyfile(template, file)
    return f"sqlite:///{file}"


def postgres_template(server: PostgresServer, folder: Path) -> str:
    """Return the name of a migrated database to copy from."""
    name = server.create()
    upgrade(server.url(name), folder)
    return name
