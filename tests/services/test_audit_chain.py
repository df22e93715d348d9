"""The audit trail: sealed in order, any change found."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from tests.support.builders import NOW, make_fair
from tgfair.models import AuditEntry
from tgfair.policy import SYSTEM
from tgfair.services.audit import record
from tgfair.services.audit_chain import AuditBrokenError, seal_audit, verify_audit
from tgfair.services.uow import reader, transaction


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def write(count, fair):
    with transaction() as session:
        for number in range(count):
            record(
                session, SYSTEM, "fair.opened", fair, now=NOW, number=number, note="Tết Đoan Ngọ"
            )


def sealed():
    rows = reader().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(row.seal_number, bool(row.digest)) for row in rows]


def change(statement):
    with transaction() as session:
        session.execute(statement)


def test_entries_are_sealed_once_and_in_order():
    fair = make_fair()
    write(3, fair)

    assert (seal_audit(), seal_audit()) == (3, 0)
    write(2, fair)
    assert seal_audit() == 2
    assert sealed() == [(1, True), (2, True), (3, True), (4, True), (5, True)]
    assert verify_audit().number == 5


@pytest.mark.parametrize(
    "tampering",
    [
        update(AuditEntry).where(AuditEntry.seal_number == 2).values(actor_label="Người khác"),
        update(AuditEntry).where(AuditEntry.seal_number == 2).values(data={"number": 7}),
        delete(AuditEntry).where(AuditEntry.seal_number == 2),
    ],
)
def test_a_changed_or_removed_entry_is_found(tampering):
    write(4, make_fair())
    seal_audit()

    change(tampering)

    with pytest.raises(AuditBrokenError) as caught:
        verify_audit()
    assert caught.value.number == 2


def test_a_chain_cut_short_is_found_by_the_digest_kept_elsewhere():
    write(4, make_fair())
    seal_audit()
    head = verify_audit()
    assert verify_audit(head.digest) == head

    change(delete(AuditEntry).where(AuditEntry.seal_number == 4))

    assert verify_audit().number == 3
    with pytest.raises(AuditBrokenError):
        verify_audit(head.digest)
