"""The part of waitress that tgfair uses (the library ships no types)."""

from typing import Any

def serve(app: Any, **kw: Any) -> None: ...
