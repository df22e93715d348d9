"""Two subjects at two fairs, everybody who may knock, and every object they may knock for.

Side "own" is subject A at fair 1, side "foreign" subject B of another commune at fair 2. Whoever
belongs to one side stands outside the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.policy import objects
from tests.support import builders
from tests.support.databases import make_config
from tgfair.app import create_app
from tgfair.extensions import db
from tgfair.models import MemberRole, Role, User
from tgfair.services.uow import reader

COMMUNES = {"own": "28585", "foreign": "28594"}

# Who stands how to the objects of a side. The rest of the sentence is "… of the other side".
RELATIONS = {
    "own": {
        "anonymous": "anonymous",
        "owner A": "owner",
        "staff A": "staff",
        "link A": "link",
        "owner B": "other exhibitor",
        "reviewer 1": "reviewer",
        "reviewer 2": "other reviewer",
        "organiser": "organiser",
        "organiser 2": "other organiser",
        "officer A": "officer",
        "officer B": "other officer",
        "admin": "admin",
        "device": "device",
    },
    "foreign": {
        "anonymous": "anonymous",
        "owner A": "other exhibitor",
        "staff A": "other exhibitor",
        "link A": "other link",
        "owner B": "owner",
        "reviewer 1": "other reviewer",
        "reviewer 2": "reviewer",
        "organiser": "organiser",
        "organiser 2": "fair organiser",
        "officer A": "other officer",
        "officer B": "officer",
        "admin": "admin",
        "device": "other device",
    },
}
ROLES = tuple(RELATIONS["own"])


class World:
    """One application over one SQLite file that can be put back as it was."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.file = folder / "world.sqlite3"
        self.saved = folder / "saved.sqlite3"
        shutil.copyfile(template, self.file)
        config = make_config(f"sqlite:///{self.file}", folder / "instance", demo=True)
        config.instance_dir.mkdir(parents=True, exist_ok=True)
        self.app = create_app(config)
        with self.app.app_context():
            self.sides = {name: objects.build(name, unit) for name, unit in COMMUNES.items()}
            self.cookies = {role: make() for role, make in self._people().items()}
            self._settle()
        shutil.copyfile(self.file, self.saved)

    def _people(self) -> dict[str, Callable[[], str | None]]:
        own, foreign = self.sides["own"], self.sides["foreign"]

        def of(side: objects.Side, role: MemberRole) -> Callable[[], str]:
            user_id = side.members[role]
            query = select(User).where(User.id == user_id)
            return lambda: builders.session_token(reader().scalars(query).one())

        def staff(role: Role, **limits: Any) -> Callable[[], str]:
            return lambda: builders.session_token(builders.make_user(role, **limits))

        return {
            "anonymous": lambda: None,
            "owner A": of(own, MemberRole.OWNER),
            "staff A": of(own, MemberRole.STAFF),
            "link A": lambda: builders.session_token(invitation=own.invitation, verified=False),
            "owner B": of(foreign, MemberRole.OWNER),
            "reviewer 1": staff(Role.REVIEWER, fair=own.fair),
            "reviewer 2": staff(Role.REVIEWER, fair=foreign.fair),
            "organiser": staff(Role.ORGANISER),
            "organiser 2": staff(Role.ORGANISER, fair=foreign.fair),
            "officer A": staff(Role.COMMUNE_OFFICER, unit_code=COMMUNES["own"]),
            "officer B": staff(Role.COMMUNE_OFFICER, unit_code=COMMUNES["foreign"]),
            "admin": staff(Role.ADMIN),
            "device": lambda: None,
        }

    def _settle(self) -> None:
        """Put everything into the one file, so that copying it copies all."""
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()

    def put_back(self) -> None:
        """Undo whatever the last request changed."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        shutil.copyfile(self.saved, self.file)

    def client(self, role: str) -> FlaskClient:
        """A browser of this role; a visitor has looked at one page, as a form's reader has."""
        client = self.app.test_client()
        if role == "device":
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.sides['own'].device_token}"
        cookie = self.cookies[role]
        if cookie:
            client.set_cookie("tgfair", cookie, domain="localhost")
        else:
            client.get("/dang-nhap")
        return client

    def csrf(self, client: FlaskClient) -> str:
        """The form token of the client."""
        with self.app.app_context():
            return builders.csrf_of(client)
