"""`tgfair demo`: fill an empty installation with the demo province."""

from __future__ import annotations

import sys

import click
from flask import Flask

from tgfair.app import create_app
from tgfair.cli.demo.story import STEPS, tell
from tgfair.cli.setup import ensure_secret_key, instance_folder, migrate
from tgfair.services.users import count_users


@click.command()
def demo() -> None:
    """Load the demo province into an empty database (about half a minute)."""
    ensure_secret_key(instance_folder())
    app = create_app()
    migrate(app)
    if not load_when_empty(app):
        raise click.ClickException("The database is not empty: the demo goes into a new one only.")
    click.echo("The demo province is loaded. Start it with TGFAIR_DEMO=1 tgfair run")


def load_when_empty(app: Flask) -> bool:
    """Load the demo and return True, or return False when there are accounts already."""
    with app.app_context():
        if count_users():
            return False
        with click.progressbar(
            length=STEPS, label="Loading the demo province", file=sys.stderr
        ) as bar:
            tell(bar.update)
        return True
