"""The bare floors: what the same server does with almost nothing in the view.

`page`: Flask and one compiled Jinja template, about FLOOR_BYTES long.
`insert_one`: Flask-SQLAlchemy, one row a request.
`last_places`: a look at the free places, then a conditional UPDATE and one row.
Those that write use the pragmas and the BEGIN IMMEDIATE that the site uses.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
    update,
)

from tgfair.database import IMMEDIATE, engine_options, prepare

PAGE = """<!doctype html>
<html lang="vi"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1><table>
{% for row in rows -%}
<tr><td>{{ row.code }}</td><td>{{ row.name }}</td><td>{{ row.note }}</td></tr>
{% endfor %}</table></body></html>"""

METADATA = MetaData()
TABLE = Table(
    "floor",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("phone", String(20), nullable=False),
)
PLACES = Table("places", METADATA, Column("id", Integer, primary_key=True), Column("free", Integer))


def page() -> Flask:
    """Return the app of the page floor."""
    app = Flask(__name__)
    template = app.jinja_env.from_string(PAGE)
    row = {"code": "A001", "name": "Hợp tác xã Xoài Mỹ Xương", "note": "Xoài cát Chu"}
    length = len(template.render(title="", rows=[row] * 2).encode()) - len(
        template.render(title="", rows=[row]).encode()
    )
    rows = [dict(row) for _ in range(int(os.environ["FLOOR_BYTES"]) // length)]

    @app.get("/")
    def index() -> str:
        return template.render(title="Hội chợ", rows=rows)

    return app


def make_table(url: str) -> None:
    """Make the write floor's table, before several processes start at once."""
    engine = create_engine(url)
    prepare(engine)
    METADATA.create_all(engine)
    engine.dispose()


def refill(url: str, free: int) -> None:
    """Offer that many places again."""
    engine = create_engine(url)
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(PLACES.delete())
        connection.execute(insert(PLACES).values(id=1, free=free))
    engine.dispose()


def _app() -> tuple[Flask, SQLAlchemy]:
    url = os.environ["FLOOR_DATABASE_URL"]
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db = SQLAlchemy(app, metadata=METADATA)
    with app.app_context():
        prepare(db.engine)

    @app.get("/")
    def index() -> str:
        return "ok"

    return app, db


def insert_one() -> Flask:
    """Return the app of the write floor; FLOOR_DATABASE_URL names the database."""
    app, db = _app()

    @app.post("/")
    def add() -> dict[str, Any]:
        db.session.connection(execution_options=IMMEDIATE)
        values = {"name": request.form["name"], "phone": request.form["phone"]}
        db.session.execute(insert(TABLE).values(**values))
        db.session.commit()
        return {"ok": True}

    return app


def last_places() -> Flask:
    """Return the app of the contention floor; FLOOR_DATABASE_URL names the database."""
    app, db = _app()

    @app.post("/")
    def take() -> Any:
        if not db.session.scalar(select(PLACES.c.free)):
            return {"full": True}, 409
        db.session.rollback()
        db.session.connection(execution_options=IMMEDIATE)
        took = update(PLACES).where(PLACES.c.free > 0).values(free=PLACES.c.free - 1)
        if not db.session.execute(took).rowcount:
            db.session.rollback()
            return {"full": True}, 409
        db.session.execute(insert(TABLE).values(name="x", phone="y"))
        db.session.commit()
        return {"ok": True}

    return app
