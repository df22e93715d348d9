"""Write the next migration from the difference between the models and the migrations so far."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import flask_migrate

from tgfair.app import create_app
from tgfair.config import Config
from tgfair.extensions import db

VERSIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"


def main(message: str) -> int:
    """Number and write the file; `message` starts with a verb."""
    if not message.strip():
        print('usage: make migration m="add booth power"', file=sys.stderr)
        return 2
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        config = Config(
            secret_key="only for the empty database below " * 2,
            database_url=f"sqlite:///{folder}/empty.sqlite3",
            base_url="http://localhost",
            instance_dir=Path(folder),
            worker_in_process=False,
            testing=True,
        )
        with create_app(config).app_context():
            if number != "0001":
                flask_migrate.upgrade()
            flask_migrate.migrate(message=message, rev_id=number)
            db.engine.dispose()
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", VERSIONS], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
