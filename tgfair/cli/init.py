"""`tgfair init`: an empty installation with its first administrator."""

from __future__ import annotations

import click

from tgfair import clock
from tgfair.app import create_app
from tgfair.cli.setup import ensure_secret_key, instance_folder, migrate
from tgfair.services.users import create_first_admin


@click.command()
@click.option("--email", prompt="E-mail of the first administrator", help="Who will administer.")
@click.option("--name", prompt="Name", help="Shown beside everything this person does.")
def init(email: str, name: str) -> None:
    """Prepare key and database; print a one-time link for the first administrator."""
    ensure_secret_key(instance_folder())
    app = create_app()
    migrate(app)
    with app.app_context():
        token = create_first_admin(email=email, name=name, now=clock.real_now())
        base_url = app.config["TGFAIR"].base_url
    click.echo("Open this link once, within two days, to set password and authenticator:")
    click.echo(f"{base_url}/can-bo/{token}")
