"""`tgfair run`: the web server, with the background worker beside it."""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import urlsplit

import click
import waitress

from tgfair.app import create_app
from tgfair.cli.setup import ensure_secret_key, instance_folder, migrate
from tgfair.cli.worker import background


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
    with background(app) if config.worker_in_process else nullcontext():
        waitress.serve(
            app,
            host=host or ("127.0.0.1" if parts.scheme == "https" else parts.hostname),
            port=port or (8000 if parts.scheme == "https" else parts.port or 80),
            threads=threads,
            ident=None,
            max_request_body_size=64 * 1024 * 1024,
        )
