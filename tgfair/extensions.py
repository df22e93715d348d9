"""Flask extensions: created once here, bound in the factory."""

from __future__ import annotations

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from tgfair.models.base import Base

# Models are plain SQLAlchemy; Flask-SQLAlchemy supplies engine and session only (style.md 4.1).
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
mail = Mail()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")
