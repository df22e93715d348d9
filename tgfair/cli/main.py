"""The command group, and how failures leave it: one sentence on stderr, exit code 1."""

from __future__ import annotations

import sys

import click

from tgfair.cli import (
    audit,
    bounce,
    config,
    doctor,
    draw,
    export,
    import_register,
    init,
    keys,
    run,
    user,
    worker,
)
from tgfair.cli.demo import command as demo
from tgfair.config import ConfigError
from tgfair.core.errors import TgfairError, UnavailableError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Exhibitor and booth registration for fairs."""


cli.add_command(audit.audit)
cli.add_command(bounce.bounce)
cli.add_command(config.config)
cli.add_command(doctor.doctor)
cli.add_command(draw.draw)
cli.add_command(export.export)
cli.add_command(demo.demo)
cli.add_command(import_register.import_register)
cli.add_command(init.init)
cli.add_command(keys.keys)
cli.add_command(run.run)
cli.add_command(user.user)
cli.add_command(worker.worker)


def main() -> None:
    """Run a command; expected failures end with a sentence, not with a stack trace."""
    try:
        cli.main(standalone_mode=False)
    except (TgfairError, UnavailableError, ConfigError) as error:
        said = str(error) if isinstance(error, ConfigError) else error.message()
        click.echo(said, err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
