"""`tgfair audit`: is the audit trail still what was written?"""

from __future__ import annotations

import click

from tgfair.app import create_app
from tgfair.services.audit_chain import seal_audit, verify_audit


@click.group()
def audit() -> None:
    """Check the audit trail."""


@audit.command()
@click.option("--expect", metavar="DIGEST", help="A digest noted earlier; it must still be there.")
def verify(expect: str | None) -> None:
    """Recompute the hash chain; note the digest it prints and give it to --expect next time."""
    app = create_app()
    with app.app_context():
        while seal_audit():
            pass
        head = verify_audit(expect)
    click.echo(f"{head.number} entries, none changed. Digest: {head.digest}")
