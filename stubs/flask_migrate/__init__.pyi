"""The part of Flask-Migrate that tgfair uses (the library ships no types)."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

class Migrate:
    def init_app(
        self, app: Flask, db: SQLAlchemy | None = ..., directory: str | Path | None = ..., **kw: Any
    ) -> None: ...

def upgrade(directory: str | None = ..., revision: str = ...) -> None: ...
def current(directory: str | None = ...) -> None: ...
