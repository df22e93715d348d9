"""Join blocks of one subject, and propose those that may be one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tgfair.core.register.identity import name_keys, product_key
from tgfair.core.register.model import Register, RegisterProduct, RegisterSubject
from tgfair.core.register.reader import FieldReader

Draft = tuple[FieldReader, RegisterSubject]


def number_subjects(drafts: Iterable[Draft]) -> list[RegisterSubject]:
    """Return the subjects with ids, and report every kind of duplicate to the readers.

    The same tax code is the same subject: its blocks become one. A later block without a tax
    code but with the name and a phone of an earlier subject stays apart, marked.
    """
    subjects: dict[str, RegisterSubject] = {}
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    products: dict[tuple[str, str, str | None], RegisterProduct] = {}
    count = 0
    for reader, draft in drafts:
        row = draft.rows[0][0]
        keys = name_keys(draft.name, draft.phones, None) if draft.phones else ()
        known = by_code.get(draft.tax_code or "")
        likely = next((by_name[key] for key in keys if key in by_name), None)
        if known:
            same = known
            reader.report("duplicate_subject", row, "name", same_as=same)
            subjects[same] = join_subjects(subjects[same], _fresh(reader, draft, same, products))
        elif likely and draft.tax_code is None:
            same = likely
            reader.report("possible_duplicate", row, "name", same_as=same)
            _fresh(reader, draft, same, products)
            own = f"{same}-{row}"
            subjects[own] = replace(draft, id=own, possible_duplicate_of=same)
        else:
            count += 1
            same = f"S{count:03d}"
            subjects[same] = replace(_fresh(reader, draft, same, products), id=same)
        if draft.tax_code:
            by_code.setdefault(draft.tax_code, same)
        for key in keys:
            by_name.setdefault(key, same)
    return list(subjects.values())


def joined(register: Register) -> list[RegisterSubject]:
    """Return the subjects with possible duplicates joined to the ones they may be."""
    subjects: dict[str, RegisterSubject] = {}
    for subject in register.subjects:
        same = subject.possible_duplicate_of
        if same is None:
            subjects[subject.id] = subject
        else:
            subjects[same] = join_subjects(subjects[same], subject)
    return list(subjects.values())


def _fresh(
    reader: FieldReader,
    draft: RegisterSubject,
    same: str,
    seen: dict[tuple[str, str, str | None], RegisterProduct],
) -> RegisterSubject:
    """Drop, with a report, the products the subject already has."""
    return replace(draft, products=tuple(_unseen(reader, draft.products, same, seen)))


def _unseen(
    reader: FieldReader,
    products: Iterable[RegisterProduct],
    same: str,
    seen: dict[tuple[str, str, str | None], RegisterProduct],
) -> Iterator[RegisterProduct]:
    for product in products:
        earlier = seen.setdefault((same, *product_key(product)), product)
        if earlier is product:
            yield product
        else:
            reader.report("duplicate_product", product.row, "product", same_as_row=earlier.row)


def join_subjects(first: RegisterSubject, later: RegisterSubject) -> RegisterSubject:
    """Return the first with a later block added: what it says stands, what it lacks is filled."""
    have = {product_key(product) for product in first.products}
    added = tuple(product for product in later.products if product_key(product) not in have)
    located = first if first.address else later
    coded = first if first.tax_code else later
    spoken = first if first.representative else later
    return replace(
        first,
        rows=first.rows + later.rows,
        tax_code=coded.tax_code,
        tax_code_kind=coded.tax_code_kind,
        representative=spoken.representative,
        honorific=spoken.honorific,
        representative_title=spoken.representative_title,
        phones=first.phones or later.phones,
        email=first.email or later.email,
        address=located.address,
        unit_old=located.unit_old,
        unit_new=located.unit_new,
        products=first.products + added,
    )
