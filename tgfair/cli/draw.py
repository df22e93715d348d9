"""`tgfair draw`: does a published draw follow from its list and its public number?"""

from __future__ import annotations

from pathlib import Path

import click

from tgfair.core.draw.reading import DrawRefusedError, check_draw


@click.group()
def draw() -> None:
    """Check a public draw of lots."""


@draw.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute list hash, seed, result and waiting list of FILE (a published draw.json)."""
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DrawRefusedError("json", "Tệp không phải văn bản UTF-8.") from error
    checked = check_draw(text)
    click.echo(
        f"ĐÚNG: {checked.booths} gian, {checked.waiting} hồ sơ chờ; "
        f"danh sách {checked.draw['list_hash'][:8]}, mầm {checked.seed[:8]}"
    )
