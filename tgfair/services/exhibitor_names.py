"""The name of an exhibitor with the keys that search and order need."""

from __future__ import annotations

from tgfair.core.register.identity import expand_name
from tgfair.core.vietnamese import fold, sort_key
from tgfair.models.exhibitor import Exhibitor

MAX_FOLD = 400


def rename(exhibitor: Exhibitor, name: str) -> None:
    """Give the exhibitor its name; "cty" is found by typing "công ty" as well."""
    exhibitor.name = name
    folded, expanded = fold(name), expand_name(name)
    texts = [folded] if folded == expanded else [folded, expanded]
    exhibitor.search_fold = " ".join(texts)[:MAX_FOLD]
    exhibitor.sort_key = sort_key(name)
