"""The clerk's workbook and its CSV extracts, against what a perfect importer finds."""

import json
import time
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tgfair.core.register.as_dict import register_as_dict
from tgfair.core.register.identity import KnownSubject, match_subjects, place_of
from tgfair.core.register.model import Register
from tgfair.core.register.parse import parse_register
from tgfair.documents.reference_data import load_taxonomy, load_units
from tgfair.documents.spreadsheet_in import read_spreadsheet

DATA = Path(__file__).parents[2] / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
WORKBOOK = "so-chu-the-ocop.xlsx"
CSV_FILES = ("so-chu-the-utf8-bom.csv", "so-chu-the-cp1258.csv")


@cache
def read(name: str) -> Register:
    return parse_register(
        read_spreadsheet((DATA / name).read_bytes(), name),
        units=load_units(),
        taxonomy=load_taxonomy(),
        on=date.fromisoformat(EXPECTED["reference_day"]),
    )


def stored(register: Register) -> list[KnownSubject]:
    return [
        KnownSubject(s.id, s.name, s.tax_code, s.phones, place_of(s)) for s in register.subjects
    ]


def test_workbook_gives_the_expected_object_in_time():
    started = time.process_time()

    register = read.__wrapped__(WORKBOOK)

    assert time.process_time() - started < 5
    assert register_as_dict(register) == EXPECTED["files"][WORKBOOK]


@pytest.mark.parametrize("name", CSV_FILES)
def test_csv_gives_the_expected_object_for_the_subjects_of_the_workbook(name):
    known = stored(read(WORKBOOK))
    register = read(name)

    ids = {id_: str(ref) for id_, ref in match_subjects(register.subjects, known).items()}

    assert register_as_dict(register, ids=ids) == EXPECTED["files"][name]


@pytest.mark.parametrize("name", [WORKBOOK, *CSV_FILES])
def test_files_read_again_hold_no_new_subject(name):
    workbook = read(WORKBOOK)
    again = read(name)

    matches = match_subjects(again.subjects, stored(workbook))

    assert set(matches) == {subject.id for subject in again.subjects}
    assert len(set(matches.values())) == len(again.subjects)


def test_workbook_read_again_finds_each_subject_itself():
    workbook = read(WORKBOOK)

    matches = match_subjects(workbook.subjects, stored(workbook))

    assert matches == {subject.id: subject.id for subject in workbook.subjects}


def test_possible_duplicate_merged_by_a_person_finds_the_merged_record():
    workbook = read(WORKBOOK)
    apart = next(s for s in workbook.subjects if s.possible_duplicate_of)
    kept = [known for known in stored(workbook) if known.ref != apart.id]

    matches = match_subjects(workbook.subjects, kept)

    assert matches[apart.id] == apart.possible_duplicate_of


def test_subject_that_got_a_tax_code_later_is_found_by_name_and_phone():
    workbook = read(WORKBOOK)
    bare = next(s for s in workbook.subjects if s.tax_code is None and s.phones)
    registered = replace(bare, tax_code="1299000012")

    assert match_subjects([registered], [KnownSubject(7, bare.name, None, bare.phones)]) == {
        bare.id: 7
    }


def test_possible_duplicates_stay_apart_with_a_proposal():
    register = read(WORKBOOK)

    proposals = [
        (s.id, s.possible_duplicate_of) for s in register.subjects if s.possible_duplicate_of
    ]

    assert proposals == [("S065-217", "S065"), ("S115-287", "S115")]
    assert len(register.subjects) == 142
