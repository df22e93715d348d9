"""`tgfair export`: lists for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from tgfair import clock
from tgfair.app import create_app
from tgfair.cli.import_register import OPERATOR
from tgfair.cli.setup import migrate
from tgfair.services.queries.exhibitors import ExhibitorFilter, exhibitors_xlsx


@click.group()
def export() -> None:
    """Write lists to files."""


@export.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def exhibitors(file: Path) -> None:
    """Write all exhibitors with their products to FILE (.xlsx); personal IDs are masked."""
    app = create_app()
    migrate(app)
    with app.app_context():
        today = clock.day_in_vietnam(clock.real_now())
        data = exhibitors_xlsx(OPERATOR, ExhibitorFilter(), today=today)
    file.write_bytes(data)
    click.echo(f"{file}: {len(data)} bytes")
