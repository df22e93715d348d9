"""`tgfair run`: the web server, with the background worker beside it."""

from __future__ import annotations

import errno
import signal
import sys
from contextlib import nullcontext
from urllib.parse import urlsplit

import click
import waitress
from flask import Flask

from tgfair.app import create_app, settle
from tgfair.cli.demo.command import load_when_empty
from tgfair.cli.setup import ensure_secret_key, instance_folder, migrate
from tgfair.cli.worker import background
from tgfair.services import accounts
from tgfair.services.links import base_url
from tgfair.services.queries.demo_story import demo_pages
from tgfair.services.settings import is_demo_database
from tgfair.services.users import count_users


@click.command()
@click.option("--host", default=None, help="Address to listen on; default: that of the base URL.")
@click.option("--port", type=int, default=None, help="Port; default: that of the base URL.")
@click.option("--threads", default=8, show_default=True, help="Worker threads of the web server.")
def run(host: str | None, port: int | None, threads: int) -> None:
    """Start the site and print its address."""
    ensure_secret_key(instance_folder())
    app = create_app()
    migrate(app)
    config = app.config["TGFAIR"]
    parts = urlsplit(config.base_url)
    click.echo(f"tgfair: {config.base_url}/")
    if config.demo:
        prepare_demo(app)
        print_demo_links(app)
    else:
        say_what_comes_first(app)
    # Like Ctrl-C: the requests and the mail under way are finished first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settle()
    host = host or ("127.0.0.1" if parts.scheme == "https" else parts.hostname)
    port = port or (8000 if parts.scheme == "https" else parts.port or 80)
    with background(app) if config.worker_in_process else nullcontext():
        try:
            waitress.serve(
                app,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                max_request_body_size=64 * 1024 * 1024,
            )
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            raise click.ClickException(
                f"Port {port} of {host} cannot be opened ({error.strerror}): "
                "stop what uses it, or choose another with --port and TGFAIR_BASE_URL."
            ) from error


def prepare_demo(app: Flask) -> None:
    """Load the demo province into an empty database; refuse any other that is not the demo's."""
    if load_when_empty(app):
        return
    with app.app_context():
        if not is_demo_database():
            raise click.ClickException(
                "This database is a real one: start it without TGFAIR_DEMO, "
                "or point TGFAIR_INSTANCE to another folder."
            )


def say_what_comes_first(app: Flask) -> None:
    """In an empty installation, name the next command."""
    with app.app_context():
        if not count_users():
            click.echo("Nobody can sign in yet. In another terminal: tgfair init")


def print_demo_links(app: Flask) -> None:
    """Print one fresh one-time sign-in link for each role of the demo."""
    with app.app_context():
        for link in accounts.demo_sign_in_links(demo=app.config["TGFAIR"].demo):
            role = link.role.value if link.role else "exhibitor"
            click.echo(f"  {role:16} {base_url()}/vao/{link.token}  ({link.name})")
        for label, path in demo_pages():
            click.echo(f"  {label:16} {base_url()}{path}")
