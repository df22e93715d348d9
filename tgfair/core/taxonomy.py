"""Product groups and sets of the OCOP programme, and the labels clerks write for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tgfair.core.vietnamese import fold

# Names before 2023 (Decision 1048/QĐ-TTg) and the usual abbreviations.
_ALIASES = {
    "tp": "food",
    "thuc an": "food",
    "nong san thuc pham": "food",
    "do an": "food",
    "thuc uong": "drink",
    "du": "drink",
    "duoc lieu": "herbal",
    "thao duoc": "herbal",
    "dl": "herbal",
    "san pham tu duoc lieu": "herbal",
    "tcmn": "craft",
    "thu cong my nghe": "craft",
    "luu niem noi that trang tri": "craft",
    "luu niem": "craft",
    "vai va may mac": "craft",
    "svc": "ornamental",
    "hoa kieng": "ornamental",
    "hoa cay canh": "ornamental",
    "du lich": "tourism",
    "dvdl": "tourism",
    "dich vu du lich": "tourism",
    "dich vu du lich nong thon": "tourism",
    "du lich nong thon": "tourism",
    "dich vu du lich nong thon va ban hang": "tourism",
    "du lich cong dong": "tourism",
    "du lich sinh thai": "tourism",
    "dich vu du lich cong dong va diem du lich": "tourism",
}
_NUMBERING = re.compile(r"^(?:nhom\s+)?(?:(?:[ivx]+|\d+)\s*[.):]\s*)?(?:nhom\s+)?(?:san pham\s+)?")


@dataclass(frozen=True, slots=True)
class ProductSet:
    """One of the 26 sets, with the group it belongs to; `position` gives the official order."""

    taxonomy: str
    group: str
    group_label: str
    key: str
    label: str
    position: int


@dataclass(frozen=True, slots=True)
class GroupMatch:
    """Keys of a group, and of a set where the text names one."""

    group: str
    set: str | None


class Taxonomy:
    """The groups and sets of one decision, in their official order."""

    def __init__(self, sets: Iterable[ProductSet]) -> None:
        self.sets = tuple(sorted(sets, key=lambda s: s.position))
        self.groups = {s.group: s.group_label for s in self.sets}
        self._groups = {_key(label): key for key, label in self.groups.items()}
        self._groups |= {_key(alias): group for alias, group in _ALIASES.items()}
        self._sets = {_key(s.label): s for s in reversed(self.sets)}
        self._only = {
            group: [s.key for s in self.sets if s.group == group] for group in self.groups
        }

    def match(self, text: str) -> GroupMatch | None:
        """Return what a cell names: a group, a set, or `group - set`; None if neither.

        Read without marks, capitals, numbering (`II. Đồ uống`) and the word `Nhóm`. A group
        with one set names that set.
        """
        whole = _key(text)
        if whole in self._groups:
            return self._group(self._groups[whole])
        if whole in self._sets:
            return GroupMatch(self._sets[whole].group, self._sets[whole].key)
        for separator in re.finditer(r"\s*[-–:/;]\s*", text):
            group = self._groups.get(_key(text[: separator.start()]))
            if group is not None:
                found = self._sets.get(_key(text[separator.end() :]))
                matches = found is not None and found.group == group
                return GroupMatch(group, found.key) if found and matches else self._group(group)
        return None

    def _group(self, group: str) -> GroupMatch:
        only = self._only[group]
        return GroupMatch(group, only[0] if len(only) == 1 else None)


def _key(text: str) -> str:
    words = re.sub(r"[^\w\s]", " ", _NUMBERING.sub("", fold(text), count=1))
    return " ".join(words.split())
