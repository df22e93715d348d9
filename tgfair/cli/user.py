"""`tgfair user …`: staff accounts from the command line."""

from __future__ import annotations

import click
from flask import Flask

from tgfair import clock
from tgfair.app import create_app
from tgfair.models.account import Role
from tgfair.policy import SYSTEM
from tgfair.services import users
from tgfair.services.links import base_url
from tgfair.services.queries.accounts import staff_users


@click.group()
@click.pass_context
def user(context: click.Context) -> None:
    """List, add and lock staff accounts."""
    app: Flask = create_app()
    context.with_resource(app.app_context())


@user.command("list")
def show() -> None:
    """Print one line for each account: address, name, roles, state."""
    for item in staff_users(SYSTEM):
        roles = ", ".join(
            " ".join(filter(None, (str(grant.role), grant.fair, grant.commune)))
            for grant in item.grants
        )
        state = "active" if item.user.is_active else "locked"
        click.echo("\t".join((item.user.email or "", item.user.name, roles, state)))


@user.command()
@click.option("--email", required=True, help="Where the set-up link goes.")
@click.option("--name", required=True, help="Shown beside everything this person does.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--fair", default="", help="Slug of the only fair the role is for.")
@click.option("--commune", default="", help="Code of the only commune the role is for.")
def add(email: str, name: str, role: str, fair: str, commune: str) -> None:
    """Add an account or a role, and print the one-time link that sets it up."""
    new = users.NewUser(name, email, Role(role), fair_slug=fair, unit_code=commune)
    _print_link(users.add_user(SYSTEM, new, now=clock.real_now())[1])


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a new one-time set-up link (forgotten password, lost phone)."""
    found = users.staff_id(SYSTEM, email)
    _print_link(users.renew_setup_link(SYSTEM, found, now=clock.real_now())[1])


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Lock an account and end its sessions."""
    found = users.staff_id(SYSTEM, email)
    users.set_active(SYSTEM, found, active=False, now=clock.real_now())
    click.echo(f"{email}: locked")


def _print_link(token: str) -> None:
    click.echo("Open this link once, within two days:")
    click.echo(f"{base_url()}/can-bo/{token}")
