"""Whether the installation can serve."""

from __future__ import annotations

from sqlalchemy import text

from tgfair.services.uow import reader


def ask_database() -> None:
    """Let the database answer one question; its failure is the caller's."""
    reader().execute(text("SELECT 1"))
