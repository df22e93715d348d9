"""What several commands do first: the secret key, the database's newest revision."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import flask_migrate
from flask import Flask


def ensure_secret_key(instance: Path) -> None:
    """Write a random secret key into the instance folder, readable by its owner only, once."""
    instance.mkdir(parents=True, exist_ok=True)
    file = instance / "secret-key"
    if os.environ.get("TGFAIR_SECRET_KEY") or file.exists():
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))


def instance_folder() -> Path:
    """Return the folder of database, files and keys, as the configuration will read it."""
    return Path(os.environ.get("TGFAIR_INSTANCE") or "instance").resolve()


def migrate(app: Flask) -> None:
    """Bring the database to the newest revision."""
    with app.app_context():
        flask_migrate.upgrade()
