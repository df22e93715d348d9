"""The part of Flask-Babel that tgfair uses (the library ships no types)."""

from collections.abc import Callable
from typing import Any

from flask import Flask

class LazyString(str): ...

class Babel:
    def __init__(self, app: Flask | None = ...) -> None: ...
    def init_app(
        self,
        app: Flask,
        *,
        default_locale: str = ...,
        default_timezone: str = ...,
        locale_selector: Callable[[], str | None] | None = ...,
    ) -> None: ...

def gettext(string: str, **variables: Any) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str: ...
def lazy_gettext(string: str, **variables: Any) -> LazyString: ...
