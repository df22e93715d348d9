"""`tgfair keys …`: the keys that sign badges."""

from __future__ import annotations

import click
from flask import Flask

from tgfair import clock
from tgfair.app import create_app
from tgfair.policy import SYSTEM
from tgfair.services.keys import rotate_key


@click.group()
@click.pass_context
def keys(context: click.Context) -> None:
    """Change the key that signs a fair's badges."""
    app: Flask = create_app()
    context.with_resource(app.app_context())


@keys.command()
@click.argument("fair")
@click.option(
    "--compromised",
    is_flag=True,
    help="Refuse what the old key signed: every badge must be printed again.",
)
def rotate(fair: str, *, compromised: bool) -> None:
    """Sign the badges of FAIR (its slug) with a new key from now on."""
    done = rotate_key(SYSTEM, fair, compromised=compromised, now=clock.real_now())
    old = f"khóa {done.retired} thôi ký" if done.retired else "trước đó chưa có khóa"
    click.echo(f"Khóa mới: {done.kid}; {old}.")
    if compromised:
        click.echo(
            f"{done.reissued} thẻ phải in lại; thẻ cũ bị chặn khi máy quét tải danh sách mới."
        )
