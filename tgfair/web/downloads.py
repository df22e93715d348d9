"""Files that a page hands out."""

from __future__ import annotations

from flask import Response


def pdf_file(body: bytes, name: str) -> Response:
    """Return a PDF to be saved under this name."""
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
