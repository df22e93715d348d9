"""The place of uploaded files, as configured."""

from __future__ import annotations

from flask import current_app

from tgfair.config import Config
from tgfair.storage.files import FileStore, LocalFiles


def file_store() -> FileStore:
    """Return the store of this installation."""
    config: Config = current_app.config["TGFAIR"]
    return LocalFiles(config.files_dir)
