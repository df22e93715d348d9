"""`tgfair import`: the province's register from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from tgfair import clock
from tgfair.app import create_app
from tgfair.cli.setup import migrate
from tgfair.core.register.as_dict import register_as_dict
from tgfair.documents.spreadsheet_limits import LARGEST_BYTES
from tgfair.policy import Actor
from tgfair.services import imports
from tgfair.services.import_preview import sentences
from tgfair.services.import_rows import STEPS

OPERATOR = Actor(label="Dòng lệnh", system=True)
COUNTS = {
    "subjects_new": "subjects new",
    "subjects_changed": "subjects changed",
    "subjects_same": "subjects unchanged",
    "subjects_kept": "subjects whose own contact data stays",
    "products_new": "products new",
    "products_changed": "products changed",
    "products_same": "products unchanged",
    "possible_duplicates": "possible duplicates to look at",
    "errors": "cells not used",
    "warnings": "cells to look at",
}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and compare; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as one JSON object.")
@click.option(
    "--on",
    type=click.DateTime(formats=["%Y-%m-%d", "%d/%m/%Y"]),
    help="Day for the states of certificates; default: today in Viet Nam.",
)
def import_register(file: Path, *, dry_run: bool, as_json: bool, on: datetime | None) -> None:
    """Bring the register FILE (.xlsx or .csv) in, all or nothing.

    Problems go to stderr, one line each. A second import of the same file changes nothing.
    """
    app = create_app()
    migrate(app)
    now = clock.real_now()
    day = on.date() if on else clock.day_in_vietnam(now)
    with app.app_context():
        result = _run(file, dry_run=dry_run, on=day, now=now)
    register = result.reading.register
    if as_json:
        shown = register_as_dict(register, ids=result.refs)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    for line in sentences(register):
        place = f"{line.sheet}!{line.column}{line.row}" if len(register.sheets) > 1 else ""
        place = place or f"{line.column}{line.row}"
        click.echo(f"{place:<8} {line.severity:<8} {line.text}", err=True)
    _print_counts(result.counts, err=as_json, dry_run=dry_run)


def _run(file: Path, *, dry_run: bool, on: date, now: datetime) -> imports.ImportResult:
    with file.open("rb") as stream:
        data = stream.read(LARGEST_BYTES + 1)  # more is refused anyway
    if dry_run:
        return imports.dry_run(OPERATOR, file.name, data, on=on)
    with _bar() as bar:
        return imports.import_file(
            OPERATOR, file.name, data, on=on, now=now, step=lambda step: _move(bar, step)
        )


@contextmanager
def _bar() -> Iterator[Any]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=STEPS, label="Importing", file=sys.stderr) as bar:
        yield bar


def _move(bar: Any, step: int) -> None:
    if bar is not None:
        bar.update(step - bar.pos)
        bar.render_progress()


def _print_counts(counts: dict[str, int], *, err: bool, dry_run: bool) -> None:
    for key, words in COUNTS.items():
        if counts[key]:
            click.echo(f"{counts[key]:>6} {words}", err=err)
    if dry_run:
        click.echo("Nothing was written (--dry-run).", err=err)
