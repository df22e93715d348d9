"""`tgfair config`: what the settings are, and what they mean."""

from __future__ import annotations

import click

from tgfair.cli.setup import ensure_secret_key, instance_folder
from tgfair.config import ENVIRONMENT, read_config


@click.command()
@click.option("--explain", is_flag=True, help="List every environment variable instead.")
def config(*, explain: bool) -> None:
    """Check the settings and show those in force, without the secrets."""
    if explain:
        for name, meaning in ENVIRONMENT.items():
            click.echo(f"{name}\n    {meaning}")
        return
    ensure_secret_key(instance_folder())
    settings = read_config()
    click.echo(f"base URL  {settings.base_url}")
    click.echo(f"instance  {settings.instance_dir}")
    click.echo(f"database  {settings.database_url.split(':', 1)[0]}")
    click.echo(f"mail      {settings.mail.server or 'stays in the outbox'}")
    click.echo(f"worker    {'beside the web server' if settings.worker_in_process else 'apart'}")
    click.echo(f"demo      {'yes' if settings.demo else 'no'}")
