"""The application for any WSGI server: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

from tgfair.app import create_app, settle
from tgfair.config import read_config

app = create_app(read_config())
settle()
