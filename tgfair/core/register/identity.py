"""Which subject of a register is which known exhibitor: by tax code, else name and phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tgfair.core.register.model import RegisterProduct, RegisterSubject
from tgfair.core.vietnamese import fold, spelling_key

_ABBREVIATIONS = {
    "cty": "cong ty",
    "cp": "co phan",
    "mtv": "mot thanh vien",
    "dntn": "doanh nghiep tu nhan",
    "dn": "doanh nghiep",
    "htx": "hop tac xa",
    "tht": "to hop tac",
    "hkd": "ho kinh doanh",
    "kd": "kinh doanh",
    "cssx": "co so san xuat",
    "cs": "co so",
    "sx": "san xuat",
    "tm": "thuong mai",
    "sxtm": "san xuat thuong mai",
    "dv": "dich vu",
    "nn": "nong nghiep",
    "dl": "du lich",
    "xnk": "xuat nhap khau",
}


@dataclass(frozen=True, slots=True)
class KnownSubject:
    """An exhibitor already stored; `ref` is whatever the caller knows it by."""

    ref: int | str
    name: str
    tax_code: str | None = None
    phones: tuple[str, ...] = ()
    place: str | None = None  # the old or new commune's code, or the address


def expand_name(name: str) -> str:
    """Return a name folded and with the usual abbreviations undone, for comparison only.

    `Cty TNHH SX-TM Láng Bằng Lăng` is `cong ty tnhh san xuat thuong mai lang bang lang`.
    """
    words = re.findall(r"\w+", fold(name))
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def name_keys(name: str, phones: Sequence[str], place: str | None) -> tuple[str, ...]:
    """Return the keys of a subject without a tax code: name with each phone, else with place."""
    expanded = expand_name(name)
    return tuple(f"{expanded}|{key}" for key in (phones or (place or "",)))


def place_of(subject: RegisterSubject) -> str | None:
    """Return what tells subjects of one name apart where there is no phone."""
    return subject.unit_old or subject.unit_new or subject.address


def product_key(product: RegisterProduct) -> tuple[str, str | None]:
    """Return what makes a product of a subject the same product: spelling and decision."""
    return spelling_key(product.name), product.decision_no


def match_subjects(
    subjects: Iterable[RegisterSubject], known: Iterable[KnownSubject]
) -> dict[str, int | str]:
    """Return subject id -> `ref` of the known exhibitor it is; new subjects are left out.

    The same tax code is the same subject. Without a tax code on either side, name and phone
    decide. A second import of the same file finds every subject: one that was kept apart as a
    possible duplicate finds its own record, or, once a person has merged the two, the merged one.
    """
    by_code, by_name = _index(known)
    matches: dict[str, int | str] = {}
    taken: set[int | str] = set()
    for subject in subjects:
        candidates = [by_code[subject.tax_code]] if subject.tax_code in by_code else []
        if not candidates:
            keys = name_keys(subject.name, subject.phones, place_of(subject))
            found = dict.fromkeys(
                k.ref
                for key in keys
                for k in by_name.get(key, ())
                if not (k.tax_code and subject.tax_code)
            )
            candidates = [ref for ref in found if ref not in taken]
            if not candidates and subject.possible_duplicate_of in matches:
                candidates = [matches[subject.possible_duplicate_of]]
        if candidates:
            matches[subject.id] = candidates[0]
            taken.add(candidates[0])
    return matches


def _index(
    known: Iterable[KnownSubject],
) -> tuple[dict[str | None, int | str], dict[str, list[KnownSubject]]]:
    by_code: dict[str | None, int | str] = {}
    by_name: dict[str, list[KnownSubject]] = {}
    for subject in known:
        if subject.tax_code:
            by_code.setdefault(subject.tax_code, subject.ref)
        for key in name_keys(subject.name, subject.phones, subject.place):
            by_name.setdefault(key, []).append(subject)
    return by_code, by_name
