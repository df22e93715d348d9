"""An installation with one fair and many producers, in a database of the bench's own."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask

from tests.support import builders
from tests.support.databases import SECRET, make_config
from tests.support.postgres import PostgresServer
from tgfair import clock
from tgfair.app import create_app
from tgfair.core.application.model import OfferedProduct
from tgfair.core.application.prefill import first_answers
from tgfair.core.application.steps import Step
from tgfair.core.vietnamese import fold, sort_key
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    Application,
    AuthSession,
    Certificate,
    Exhibitor,
    ExhibitorKind,
    Fair,
    Invitation,
    Product,
)
from tgfair.services.identifiers import digest, keyed, new_token, public_id
from tgfair.services.uow import transaction

DATABASES = ("sqlite", "postgres")
PRODUCTS = ("Mắm tôm chà", "Xoài cát Hòa Lộc sấy dẻo", "Trà lá sen")
RULES = "\n".join(
    f"{number}. Cơ sở trưng bày đúng sản phẩm đã đăng ký, niêm yết giá và giữ vệ sinh gian hàng."
    for number in range(1, 13)
)


@dataclass(frozen=True)
class Visitor:
    """A producer with a session: the headers of a request, and the fields every form carries."""

    code: str
    cookie: str
    csrf: str

    @property
    def headers(self) -> tuple[str, ...]:
        """What a browser would send."""
        form = "Content-Type: application/x-www-form-urlencoded"
        return (f"Cookie: tgfair={self.cookie}", form)


@dataclass(frozen=True)
class World:
    """The installation, and how to serve it."""

    app: Flask
    url: str
    instance: Path
    slug: str
    fair_id: int
    last_day: date

    def env(self, port: int) -> dict[str, str]:
        """Return the settings of a server on this port."""
        return {
            "TGFAIR_SECRET_KEY": SECRET,
            "TGFAIR_DATABASE_URL": self.url,
            "TGFAIR_BASE_URL": f"http://127.0.0.1:{port}",
            "TGFAIR_INSTANCE": str(self.instance),
            "TGFAIR_WORKER": "0",
            "TGFAIR_RATE_LIMITS": "0",  # the bench's clients share one address
        }

    def run(self, work: Callable[[], Any]) -> Any:
        """Run something inside the application."""
        with self.app.app_context():
            return work()


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """An empty database with the durability of a real one; yields its address."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="tgfair-bench-") as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
        return
    with PostgresServer(durable=True) as server:
        yield server.url(server.create())


@contextlib.contextmanager
def world(kind: str) -> Iterator[World]:
    """An installation with one open fair of 150 booths."""
    with database(kind) as url, tempfile.TemporaryDirectory(prefix="tgfair-bench-") as folder:
        app = create_app(make_config(url, Path(folder)))
        with app.app_context():
            flask_migrate.upgrade()
            fair = _open_fair()
            made = World(app, url, Path(folder), fair.slug, fair.id, fair.last_day)
        yield made
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _open_fair() -> Fair:
    now = clock.real_now()
    first = clock.day_in_vietnam(now + timedelta(days=40))
    fair = builders.make_fair(
        theme="Đặc sản OCOP ba vùng cù lao, giồng và Đồng Tháp Mười",
        venue_address="Đường Hùng Vương, phường Mỹ Tho",
        daily_hours="08:00–21:00",
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=20),
        opens_at=now + timedelta(days=40),
        first_day=first,
        last_day=first + timedelta(days=3),
        texts={"rules": RULES},
    )
    builders.install_plan(fair)
    return fair


def visitors(made: World, count: int, state: State = State.DRAFT) -> list[Visitor]:
    """Make that many producers, each with an application and the session of a personal link."""

    def work() -> list[Visitor]:
        cookies = [new_token() for _ in range(count)]
        with transaction() as session:
            exhibitors = [_exhibitor(secrets.token_hex(4)) for _ in cookies]
            session.add_all(exhibitors)
            session.flush()
            applications = [_application(made, one, state) for one in exhibitors]
            links = [_invitation(made, one) for one in exhibitors]
            session.add_all([*applications, *links])
            session.flush()
            session.add_all(map(_session, links, cookies))
            codes = [one.code for one in applications]
        return [
            Visitor(code, cookie, keyed("csrf", cookie).hex())
            for code, cookie in zip(codes, cookies, strict=True)
        ]

    found: list[Visitor] = made.run(work)
    return found


def _exhibitor(mark: str) -> Exhibitor:
    name = f"Hợp tác xã nông sản {mark}"
    now = clock.real_now()
    return Exhibitor(
        public_id=public_id(),
        kind=ExhibitorKind.COOPERATIVE,
        name=name,
        representative="Nguyễn Thị Út Hạnh",
        phone=f"+849{secrets.randbelow(10**8):08}",
        email=f"{mark}@example.vn",
        unit_new="28582",
        is_verified=True,
        in_register=True,
        search_fold=fold(name),
        sort_key=sort_key(name),
        created_at=now,
        products=[_product(product) for product in PRODUCTS],
    )


def _product(name: str) -> Product:
    today = clock.day_in_vietnam(clock.real_now())
    return Product(
        public_id=public_id(),
        name=name,
        group="food",
        in_register=True,
        search_fold=fold(name),
        created_at=clock.real_now(),
        certificates=[
            Certificate(
                stars=4,
                decision_no="1942/QĐ-UBND",
                issued_on=today,
                issued_precision="day",
                expires_on=today + timedelta(days=1000),
                expires_from="cell",
            )
        ],
    )


def _application(made: World, exhibitor: Exhibitor, state: State) -> Application:
    now = clock.real_now()
    offered = [
        OfferedProduct(one.public_id, one.name, one.group, 4, None, one.certificates[0].expires_on)
        for one in exhibitor.products
    ]
    answers = first_answers(
        name=exhibitor.name,
        representative=exhibitor.representative,
        phone=exhibitor.phone,
        email=exhibitor.email,
        products=offered,
        last_day=made.last_day,
    )
    answers[Step.BOOTH] |= {"wish1": "A", "power": "500", "cooling": "y"}
    answers[Step.PEOPLE] = {
        "name1": "Trần Văn Bé",
        "phone1": "0912345678",
        "name2": "Lê Thị Ngọc",
    }
    return Application(
        code=f"B-{exhibitor.public_id[:10]}",
        fair_id=made.fair_id,
        exhibitor_id=exhibitor.id,
        state=state,
        answers=answers,
        saved_at=now,
        created_at=now,
        submitted_at=None if state is State.DRAFT else now,
        contact_name=exhibitor.representative,
        contact_phone=exhibitor.phone,
    )


def _invitation(made: World, exhibitor: Exhibitor) -> Invitation:
    return Invitation(fair_id=made.fair_id, exhibitor_id=exhibitor.id, created_at=clock.real_now())


def _session(link: Invitation, cookie: str) -> AuthSession:
    now = clock.real_now()
    return AuthSession(
        token_hash=digest(cookie),
        invitation_id=link.id,
        invitation_revision=link.revision,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
