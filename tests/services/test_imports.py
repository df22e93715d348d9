"""The register in the database: idempotent, all or nothing, merged records stay merged."""

from __future__ import annotations

import time
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.support.builders import DATA, NOW, make_exhibitor, make_staff
from tgfair.core.errors import ForbiddenError
from tgfair.models import (
    ContactSource,
    Exhibitor,
    MergeProposal,
    Product,
    RegisterImport,
    Role,
)
from tgfair.policy import SYSTEM
from tgfair.services import import_uploads, imports, merging
from tgfair.services.uow import reader, transaction

WORKBOOK = "so-chu-the-ocop.xlsx"
CSV_FILES = ("so-chu-the-utf8-bom.csv", "so-chu-the-cp1258.csv")
DAY = date(2027, 6, 9)
TABLES = ("exhibitor", "product", "certificate", "merge_proposal", "register_import", "audit_entry")


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def bring_in(data, name="so.csv", actor=SYSTEM):
    content = (DATA / name).read_bytes() if data is None else data.encode()
    return imports.import_file(actor, name, content, on=DAY, now=NOW).counts


def dump():
    with transaction() as session:
        return {
            table: session.execute(text(f"SELECT * FROM {table} ORDER BY id")).fetchall()
            for table in TABLES
        }


def register(*rows, columns="Tên chủ thể;MST;Điện thoại;Sản phẩm;Số QĐ;Ngày cấp;Hạng sao;Ghi chú"):
    return "\n".join([columns, *rows, ""])


ONE = "HTX Mắm Gò Công;1299000012;0900000001;Mắm tôm chà;12/QĐ-UBND;19/11/2024;4 sao;"


def only(model):
    return reader().scalars(select(model).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize("order", [(WORKBOOK, *CSV_FILES), (*CSV_FILES, WORKBOOK)])
def test_any_later_import_of_the_same_register_changes_nothing(order):
    for name in order:
        started = time.perf_counter()
        bring_in(None, name)
        print(f"\n{name}: {time.perf_counter() - started:.2f} s")
    before = dump()

    for name in order:
        bring_in(None, name)

    assert dump() == before
    assert [len(before[table]) for table in TABLES[:4]] == [142, 285, 285, 2]


def test_merged_doubles_stay_merged(organiser):
    bring_in(None, WORKBOOK)
    for proposal in reader().scalars(select(MergeProposal)).all():
        versions = [proposal.first.version, proposal.second.version]
        merging.merge_exhibitors(
            organiser,
            proposal.id,
            keep=proposal.first.public_id,
            people=(),
            seen=versions,
            now=NOW,
        )
    before = dump()

    for name in (WORKBOOK, *CSV_FILES):
        bring_in(None, name)

    assert dump() == before
    assert [len(before[table]) for table in TABLES[:4]] == [140, 285, 285, 0]


@pytest.fixture
def organiser():
    return make_staff(Role.ADMIN)


TRIGGERS = {
    "sqlite": [
        (
            "CREATE TRIGGER stop BEFORE INSERT ON certificate WHEN NEW.decision_no = '4014/QĐ-UBND' "
            "BEGIN SELECT RAISE(ABORT, 'injected'); END"
        )
    ],
    "postgresql": [
        (
            "CREATE FUNCTION stop() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'injected'; END $$ "
            "LANGUAGE plpgsql"
        ),
        (
            "CREATE TRIGGER stop BEFORE INSERT ON certificate FOR EACH ROW "
            "WHEN (NEW.decision_no = '4014/QĐ-UBND') EXECUTE FUNCTION stop()"
        ),
    ],
}


def test_failure_in_the_middle_leaves_nothing(organiser):
    page = import_uploads.upload_register(
        organiser, WORKBOOK, (DATA / WORKBOOK).read_bytes(), now=NOW
    )
    with transaction() as session:
        for statement in TRIGGERS[session.get_bind().dialect.name]:
            session.execute(text(statement))
    before = dump()

    with pytest.raises(DatabaseError, match="injected"):
        imports.apply_import(organiser, page, now=NOW)
    with pytest.raises(DatabaseError, match="injected"):
        bring_in(None, WORKBOOK)

    assert dump() == before
    assert only(RegisterImport).state == "uploaded"


def test_register_wins_for_certificates_and_says_nothing_by_empty_cells():
    bring_in(register(ONE))
    product = only(Product)
    with transaction() as session:
        certificate = session.get(Product, product.id).certificates[0]
        certificate.stars, certificate.issuer = 3, "UBND tỉnh"
    counts = bring_in(register(ONE))

    certificate = only(Product).certificates[0]
    assert (certificate.stars, certificate.issuer) == (4, "UBND tỉnh")
    assert (counts["products_changed"], counts["subjects_changed"]) == (1, 1)


def test_new_decision_is_another_certificate_of_the_same_product():
    bring_in(register(ONE))
    bring_in(register(ONE.replace("12/QĐ-UBND;19/11/2024;4", "99/QĐ-UBND;20/11/2027;5")))

    held = [(one.decision_no, one.stars) for one in only(Product).certificates]
    assert held == [("12/QĐ-UBND", 4), ("99/QĐ-UBND", 5)]


def test_corrected_decision_number_of_the_same_day_is_the_same_certificate():
    bring_in(register(ONE))
    bring_in(register(ONE.replace("12/QĐ", "21/QĐ")))

    assert [one.decision_no for one in only(Product).certificates] == ["21/QĐ-UBND"]


def test_revocation_follows_the_register_only_where_it_has_a_column_for_it():
    bring_in(register(ONE + "Thu hồi ngày 1/2/2026"))
    without = register(
        ONE.rsplit(";", 1)[0], columns="Tên chủ thể;MST;ĐT;Sản phẩm;Số QĐ;Ngày cấp;Sao"
    )
    bring_in(without)
    kept = only(Product).certificates[0].revoked
    bring_in(register(ONE))

    assert (kept, only(Product).certificates[0].revoked) == (True, False)


def test_own_contact_wins_until_the_subject_has_none():
    bring_in(register(ONE))
    with transaction() as session:
        row = session.scalars(select(Exhibitor)).one()
        row.contact_source, row.phone, row.email = ContactSource.SELF, "+84900000009", None
    columns = "Tên chủ thể;MST;Điện thoại;Sản phẩm;Email"
    line = "HTX Mắm Gò Công;1299000012;0900000001;Mắm tôm chà;htx@example.vn"
    counts = bring_in(register(line, columns=columns))

    row = only(Exhibitor)
    assert (row.phone, row.email) == ("+84900000009", "htx@example.vn")
    assert counts["subjects_kept"] == 1


def test_somebody_who_registered_alone_is_proposed_and_not_taken_for_the_subject():
    alone = make_exhibitor(
        "Tự xưng",
        tax_code="1299000012",
        is_verified=False,
        in_register=False,
        contact_source=ContactSource.SELF,
    )
    bring_in(register(ONE))
    bring_in(register(ONE))

    proposal = only(MergeProposal)
    assert (proposal.first.name, proposal.second_id) == ("HTX Mắm Gò Công", alone.id)


def test_record_made_by_staff_is_the_subject_of_the_same_tax_code():
    made = make_exhibitor(
        "HTX Mắm", tax_code="1299000012", is_verified=False, in_register=False, products=[]
    )
    bring_in(register(ONE))

    row = only(Exhibitor)
    assert (row.id, row.is_verified, row.in_register) == (made.id, True, True)
    assert (row.name, row.register_ref) == ("HTX Mắm Gò Công", "S001")


def test_later_files_number_their_new_subjects_after_the_known_ones():
    bring_in(register(ONE))
    other = "Tổ hợp tác Khóm;;0900000002;Khóm sấy;;;;"
    bring_in(register(other, ONE))

    found = reader().execute(select(Exhibitor.register_ref, Exhibitor.name).order_by(Exhibitor.id))
    assert [tuple(row) for row in found] == [
        ("S001", "HTX Mắm Gò Công"),
        ("S002", "Tổ hợp tác Khóm"),
    ]


def test_only_organisers_import():
    with pytest.raises(ForbiddenError):
        bring_in(register(ONE), actor=make_staff(Role.REVIEWER))


def test_texts_longer_than_the_tables_are_cut_and_not_refused():
    long = "x" * 900
    columns = "Tên chủ thể;Người đại diện;Địa chỉ;Sản phẩm;Số QĐ;Cơ quan cấp;Hạng sao;Ghi chú"
    line = ";".join([f"HTX {long}", f"Bà {long}", long, long, long, long, "4", long])
    bring_in(register(line, columns=columns))
    before = dump()
    bring_in(register(line, columns=columns))

    assert dump() == before
    assert len(only(Exhibitor).name) == 200
