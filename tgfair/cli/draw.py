"""`tgfair draw`: freeze a list, draw it, check a draw; on files, with neither site nor network."""

from __future__ import annotations

from pathlib import Path

import click

from tgfair.core.draw.lots import canonical, draw_file, file_text, list_hash
from tgfair.core.draw.reading import DrawRefusedError, check_draw, read_frozen, read_list
from tgfair.core.draw.sources import SourceKind, number_hint, read_number

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def draw() -> None:
    """Draw lots in public, or check a draw.

    A fair's own draw is frozen and drawn on the site. These commands do the same with files: for a
    draw without the site, or when it fails in the hall.
    """


@draw.command()
@click.argument("file", type=EXISTING)
@click.option("--output", "-o", type=NEW, required=True, help="Where the frozen list goes.")
def freeze(file: Path, output: Path) -> None:
    """Freeze the list in FILE: write it in its one form, print the hash to be announced.

    FILE is JSON: event, closed_at, source, rules, zones of code, applications, booths.
    """
    closed = read_list(_text_of(file))
    output.write_text(canonical(closed), encoding="ascii")
    applications = sum(len(zone["applications"]) for zone in closed["zones"])
    booths = sum(len(zone["booths"]) for zone in closed["zones"])
    click.echo(f"{output}: {applications} hồ sơ, {booths} gian")
    click.echo(list_hash(closed))


@draw.command()
@click.argument("file", type=EXISTING)
@click.option("--announced", required=True, help="The hash that was announced with the list.")
@click.option(
    "--source",
    type=click.Choice([kind.value for kind in SourceKind]),
    required=True,
    help="What the public number looks like.",
)
@click.option("--output", "-o", type=NEW, required=True, help="Where draw.json goes.")
def run(file: Path, announced: str, source: str, output: Path) -> None:
    """Draw from the frozen list in FILE with the public number, which two people type."""
    closed = read_frozen(_text_of(file))
    if list_hash(closed) != announced.strip().lower():
        raise DrawRefusedError(
            "list_hash", "Danh sách không phải là danh sách đã công bố: mã băm không khớp."
        )
    kind = SourceKind(source)
    click.echo(number_hint(kind), err=True)
    typed = [
        read_number(kind, click.prompt(who, hide_input=True, err=True))
        for who in ("Người thứ nhất ghi con số", "Người thứ hai ghi con số")
    ]
    if typed[0] != typed[1]:
        raise DrawRefusedError("public", "Hai lần ghi không giống nhau. Hãy cùng đọc lại nguồn.")
    made = draw_file(closed, typed[0])
    output.write_text(file_text(made), encoding="utf-8")
    waiting = sum(len(codes) for codes in made["waiting"].values())
    click.echo(f"{output}: {len(made['result'])} gian, {waiting} hồ sơ chờ")


@draw.command()
@click.argument("file", type=EXISTING)
def verify(file: Path) -> None:
    """Recompute list hash, seed, result and waiting list of FILE (a published draw.json)."""
    checked = check_draw(_text_of(file))
    click.echo(
        f"ĐÚNG: {checked.booths} gian, {checked.waiting} hồ sơ chờ; "
        f"danh sách {checked.draw['list_hash'][:8]}, mầm {checked.seed[:8]}"
    )


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DrawRefusedError("json", "Tệp không phải văn bản UTF-8.") from error
