"""The bare floors: what the same server does with almost nothing in the view.

`page`: Flask and one compiled Jinja template of 120 rows. `insert_one`: Flask-SQLAlchemy, one row a
request, with the pragmas and the BEGIN IMMEDIATE that the site uses.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert

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


def page() -> Flask:
    """Return the app of the page floor."""
    app = Flask(__name__)
    template = app.jinja_env.from_string(PAGE)
    rows = [
        {"code": f"A{number:03}", "name": "Hợp tác xã Xoài Mỹ Xương", "note": "Xoài cát Chu"}
        for number in range(120)
    ]

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


def insert_one() -> Flask:
    """Return the app of the write floor; FLOOR_DATABASE_URL names the database."""
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

    @app.post("/")
    def add() -> dict[str, Any]:
        db.session.connection(execution_options=IMMEDIATE)
        values = {"name": request.form["name"], "phone": request.form["phone"]}
        db.session.execute(insert(TABLE).values(**values))
        db.session.commit()
        return {"ok": True}

    return app
