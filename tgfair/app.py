"""The factory: binds settings, extensions, guards and pages into one application."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from tgfair.config import Config, read_config
from tgfair.core import calendar_text, phone, taxcode
from tgfair.database import engine_options, prepare
from tgfair.extensions import babel, db, limiter, mail, migrate
from tgfair.web import (
    account,
    api,
    context,
    demo,
    errors,
    exhibitor,
    gate,
    guards,
    labels,
    organizer,
    public,
    security,
    shared_pages,
)


class BoundedInteger(IntegerConverter):
    """A row's number in a URL: what no 32-bit key can hold is no page of ours."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002 -- Werkzeug's name
        super().__init__(map, *args, **{"max": 2**31 - 1, **options})


PACKAGE = Path(__file__).resolve().parent
KB = 1024


def create_app(config: Config | None = None) -> Flask:
    """Return the application, ready to serve.

    Raises:
        ConfigError: a setting is missing or unsafe.
        UndeclaredAudienceError: a route does not say whom it is for.
    """
    config = config or read_config()
    app = Flask(__name__)
    _configure(app, config)
    app.url_map.converters["int"] = BoundedInteger
    _bind_extensions(app)
    shared_pages.install(app, config)  # first of all: it keeps what the others have finished
    security.install(app)
    guards.install(app)
    errors.install(app)
    context.install(app)
    _install_filters(app)
    _install_static(app)
    for audience in (account, public, exhibitor, organizer, gate, api):
        app.register_blueprint(audience.bp)
    if config.demo or config.testing:
        app.register_blueprint(demo.bp)
    guards.check_audiences(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        TGFAIR=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        TRUSTED_HOSTS=[config.host],
        MAX_CONTENT_LENGTH=1024 * KB,
        MAX_FORM_MEMORY_SIZE=400 * KB,
        MAX_FORM_PARTS=600,
        # Flask's own cookie carries flashed sentences only; who is signed in is a row.
        SESSION_COOKIE_NAME="__Host-tgfair-note" if config.https else "tgfair-note",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_SAMESITE="Lax",
        MAIL_SERVER=config.mail.server,
        MAIL_PORT=config.mail.port,
        MAIL_USE_TLS=config.mail.use_tls,
        MAIL_USE_SSL=config.mail.use_ssl,
        MAIL_USERNAME=config.mail.username or None,
        MAIL_PASSWORD=config.mail.password or None,
        MAIL_DEFAULT_SENDER=config.mail.sender,
        MAIL_SUPPRESS_SEND=False,
        RATELIMIT_ENABLED=config.rate_limits,
        RATELIMIT_HEADERS_ENABLED=True,
        TESTING=config.testing,
    )
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    if config.proxy_count:
        count = config.proxy_count
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # -- Flask's documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=0
        )


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    migrate.init_app(app, db, directory=str(migrations_folder()), render_as_batch=True)
    mail.init_app(app)
    babel.init_app(app, default_locale="vi", default_timezone="Asia/Ho_Chi_Minh")
    limiter.init_app(app)


def migrations_folder() -> Path:
    """Return the folder of the migrations: beside the package, or inside it in a wheel."""
    beside = PACKAGE.parent / "migrations"
    return beside if (beside / "env.py").is_file() else PACKAGE / "migrations"


def _install_filters(app: Flask) -> None:
    app.add_template_filter(calendar_text.vn_date, "vn_date")
    app.add_template_filter(calendar_text.full_date, "full_date")
    app.add_template_filter(calendar_text.vn_datetime, "vn_datetime")
    app.add_template_filter(calendar_text.vn_time, "vn_time")
    app.add_template_filter(calendar_text.vn_number, "vn_number")
    app.add_template_filter(calendar_text.vn_money, "vn_money")
    app.add_template_filter(phone.display_phone, "phone")
    app.add_template_filter(taxcode.mask_tax_code, "mask_tax_code")
    app.add_template_filter(labels.label, "label")
    app.add_template_filter(labels.commune_name, "commune")


def _install_static(app: Flask) -> None:
    """Give static files an address that changes with their content, so that they cache for ever."""
    view = app.view_functions["static"]
    app.view_functions["static"] = guards.audience(guards.Audience.PUBLIC)(_plain(view))
    versions: dict[str, str] = {}

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" or "v" in values:
            return
        name = values["filename"]
        if name.startswith("fonts/"):
            return  # a style sheet names the same file: another address would load it twice
        if name not in versions:
            file = Path(app.static_folder or "") / name
            body = file.read_bytes() if file.is_file() else b""
            versions[name] = hashlib.sha256(body).hexdigest()[:10]
        values["v"] = versions[name]


def _plain(view: Any) -> Any:
    """Wrap Flask's static view, which takes the version for a file name argument otherwise."""

    def static(filename: str) -> Response:
        response: Response = view(filename=filename)
        return response

    return static


def settle() -> None:
    """Leave what the start has made out of the garbage collection, before requests are served.

    It stays for good, and every full round over it stops all threads for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
