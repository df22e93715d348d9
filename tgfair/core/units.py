"""Administrative units before and after 1 July 2025, and which one an address names.

Codes were reused in July 2025 (28270 was Phường 6 of Mỹ Tho and is Phường Thới Sơn), so the key
of a unit is (code, valid_from).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tgfair.core.vietnamese import clean_text, fold, spelling_key

COMMUNE_KINDS = frozenset({"ward", "commune", "township"})
PROVINCE_KINDS = frozenset({"province", "central_city"})
DISTRICT_KINDS = frozenset({"city", "town", "district"})

UnitProblem = Literal["unit_unknown", "unit_ambiguous"]

_REMARK = re.compile(r"\([^)]*\)?")
_BREAK = re.compile(r"[,;]|\s[-–]\s")
# Addresses without commas: break before every word that opens a level.
_LEVEL_WORD = re.compile(
    r"(?<=\S)\s+(?=(?:xã|phường|thị trấn|huyện|thị xã|thành phố|tỉnh)\s|(?:tx|tt|tp)\.|[xhp]\.)",
    re.IGNORECASE,
)
_PREFIXES = (
    ("province", "", re.compile(r"(?:tinh\s+|t\.\s*)(?=\S)")),
    ("commune", "township", re.compile(r"(?:thi tran\s+|tt(?:\.\s*|\s+))(?=\S)")),
    ("district", "town", re.compile(r"(?:thi xa\s+|tx(?:\.\s*|\s+))(?=\S)")),
    ("district", "city", re.compile(r"(?:thanh pho\s+|tp(?:\.\s*|\s+))(?=\S)")),
    ("district", "district", re.compile(r"(?:huyen\s+|h(?:\.\s*|\s+))(?=\S)")),
    ("commune", "commune", re.compile(r"(?:xa\s+|x(?:\.\s*|\s+))(?=\S)")),
    ("commune", "ward", re.compile(r"phuong\s+|p\.\s*|p\s*(?=\d+$)")),
    ("hamlet", "", re.compile(r"(?:ap|khu pho|kp|thon|to|so|duong|khom|khu vuc)\b\.?\s*")),
)
_ABBREVIATED_PROVINCES = {"tg": "tien giang", "dt": "dong thap"}


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """A unit in one period of validity; `district` is the code of its old district or None."""

    code: str
    name: str
    kind: str
    district: str | None
    valid_from: date
    valid_to: date | None
    province_code: str

    @property
    def bare_name(self) -> str:
        """The name without the word for the kind; a ward's number stays a number."""
        words = 2 if self.name.startswith(("Thị ", "Thành ")) else 1
        return self.name.split(" ", words)[-1]


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """The codes an address names, old (before 1 July 2025) and today's, or what is wrong."""

    old: str | None = None
    new: str | None = None
    problem: UnitProblem | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    level: str  # province, district, commune, hamlet, or "" where nothing says
    kind: str
    name: str  # without the word for the kind, cleaned


_Index = Mapping[str, list[AdminUnit]]  # by folded name without the word for the kind


@dataclass(frozen=True)
class UnitTable:
    """All units with the conversion of July 2025; built once and shared."""

    units: tuple[AdminUnit, ...]
    conversion: Mapping[str, str]
    _old: _Index = field(init=False, repr=False)
    _new: _Index = field(init=False, repr=False)
    _districts: _Index = field(init=False, repr=False)
    _provinces: _Index = field(init=False, repr=False)

    def __post_init__(self) -> None:
        communes = [unit for unit in self.units if unit.kind in COMMUNE_KINDS]
        indexes = {
            "_old": [unit for unit in communes if unit.valid_to is not None],
            "_new": [unit for unit in communes if unit.valid_to is None],
            "_districts": [unit for unit in self.units if unit.kind in DISTRICT_KINDS],
            "_provinces": [unit for unit in self.units if unit.kind in PROVINCE_KINDS],
        }
        for name, units in indexes.items():
            object.__setattr__(self, name, _index(units))

    def at(self, code: str, day: date) -> AdminUnit | None:
        """Return the unit that had `code` on `day`, or None."""
        for unit in self.units:
            if unit.code == code and unit.valid_from <= day <= (unit.valid_to or date.max):
                return unit
        return None

    def match(self, address: str, *, district_hint: str = "") -> UnitMatch:
        """Return the commune an address names.

        Old names first, by commune and district, prefixes and abbreviations allowed
        (`X.`, `P.`, `TT.`, `H.`, `TX.`, `TP.`, `TG`); remarks in brackets are ignored. Without a
        district the commune's name must be unique; `district_hint` (the name of a sheet or of a
        section of the register) stands in for a missing one. Names that only exist today, and
        addresses "tỉnh Đồng Tháp" without a district, are looked up among today's units; `old`
        is None then.
        """
        text = clean_text(_REMARK.sub(" ", address))
        match = self._match_parts(_split(_BREAK.split(text)), district_hint)
        if match.problem == "unit_unknown":
            parts = [part for piece in _BREAK.split(text) for part in _LEVEL_WORD.split(piece)]
            match = self._match_parts(_split(parts), district_hint)
        return match

    def _match_parts(self, parts: list[_Part], district_hint: str) -> UnitMatch:
        parts, province = self._take_province(parts)
        parts, districts = self._take_districts(parts)
        if not districts and province == "dong thap":
            today = _find(parts, self._new)
            if today:
                return self._today(today)
        hinted = districts or self._take_districts(_split([district_hint]), alone=True)[1]
        codes = {unit.code for unit in hinted}
        found = _find(parts, self._old, codes)
        if not found and not districts:
            found = _find(parts, self._old)
            if not found:
                return self._today(_find(parts, self._new))
        if len(found) == 1:
            return UnitMatch(old=found[0].code, new=self.conversion.get(found[0].code))
        return UnitMatch(problem="unit_ambiguous" if found else "unit_unknown")

    def _today(self, found: list[AdminUnit]) -> UnitMatch:
        if len(found) == 1:
            return UnitMatch(new=found[0].code)
        return UnitMatch(problem="unit_ambiguous" if found else "unit_unknown")

    def _take_province(self, parts: list[_Part]) -> tuple[list[_Part], str]:
        if parts:
            name = fold(parts[-1].name)
            name = _ABBREVIATED_PROVINCES.get(name, name)
            if parts[-1].level == "province" or (not parts[-1].level and name in self._provinces):
                return parts[:-1], name
        return parts, ""

    def _take_districts(
        self, parts: list[_Part], *, alone: bool = False
    ) -> tuple[list[_Part], list[AdminUnit]]:
        """Split off the district; `Cai Lậy` without a prefix is the town or the district."""
        if not parts or parts[-1].level not in {"district", ""} or (len(parts) < 2 and not alone):  # noqa: PLR2004 -- a lone name is the commune's
            return parts, []
        name, kind = fold(parts[-1].name), parts[-1].kind
        found = self._districts.get(name, [])
        # Gò Công was a town until 2024; people still write so.
        exact = [unit for unit in found if unit.kind == kind]
        urban = [unit for unit in found if kind and unit.kind != "district"]
        return (parts[:-1], exact or urban or found) if found else (parts, [])


def _split(pieces: Iterable[str]) -> list[_Part]:
    return [_part(piece.strip(" .")) for piece in pieces if piece.strip(" .")]


def _part(piece: str) -> _Part:
    text = fold(piece)
    for level, kind, prefix in _PREFIXES:
        match = prefix.match(text)
        # Folding keeps the length of NFC text, so the place of the name is the same.
        if match and match.end() < len(text):
            return _Part(level, kind, clean_text(piece)[match.end() :].strip())
    return _Part("", "", clean_text(piece))


def _index(units: Iterable[AdminUnit]) -> _Index:
    index: dict[str, list[AdminUnit]] = {}
    for unit in units:
        index.setdefault(fold(unit.bare_name), []).append(unit)
    return index


def _find(
    parts: list[_Part], units: _Index, districts: Collection[str | None] = ()
) -> list[AdminUnit]:
    """Find the commune: the last part that says it is one, else the last that is one by name."""
    named = [part for part in parts if part.level == "commune"][-1:]
    for part in named or [part for part in reversed(parts) if not part.level]:
        if part.name.isdigit() and part.kind != "ward":
            continue
        found = units.get(fold(_without_zero(part.name)), [])
        found = [unit for unit in found if not districts or unit.district in districts]
        spelling = spelling_key(part.name)
        found = [unit for unit in found if spelling_key(unit.bare_name) == spelling] or found
        found = [unit for unit in found if unit.kind == part.kind] or found
        if found:
            return found
    return []


def _without_zero(name: str) -> str:
    return name.lstrip("0") if name.isdigit() else name
