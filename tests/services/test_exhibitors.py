"""Exhibitor records by hand: identity, masks, merging, products."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_staff,
)
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    AuditEntry,
    Exhibitor,
    ExhibitorKind,
    Invitation,
    Membership,
    MergeProposal,
    Message,
    Product,
    Role,
)
from tgfair.services import exhibitors, merging, products
from tgfair.services.exhibitors import ExhibitorData, TaxCodeTakenError
from tgfair.services.merging import BothInFairError
from tgfair.services.products import CertificateData, ProductData
from tgfair.services.queries.exhibitors import ExhibitorFilter, directory, directory_counts
from tgfair.services.uow import reader
from tgfair.web.labels import commune_name

TODAY = date(2026, 5, 5)
DATA = ExhibitorData(
    name="Hộ kinh doanh Út Hạnh",
    kind=ExhibitorKind.HOUSEHOLD_BUSINESS,
    phones="0900 000 001, 0900 000 002",
    address="ấp 3, xã Vĩnh Kim, huyện Châu Thành",
)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def organiser():
    return make_staff(Role.ORGANISER)


def load(public_id):
    statement = select(Exhibitor).where(Exhibitor.public_id == public_id)
    return reader().scalars(statement.execution_options(populate_existing=True)).one()


def merge(actor, kept, gone, *, people=(), **how):
    """Merge, and let only these users act for what comes of it."""
    acting = reader().scalars(select(Membership.id).where(Membership.user_id.in_(people))).all()
    proposal = merging.propose_merge(actor, kept.public_id, gone.public_id, now=NOW)
    seen = [load(kept.public_id).version, load(gone.public_id).version]
    how = {"people": acting, "seen": seen, **how}
    return merging.merge_exhibitors(actor, proposal, keep=kept.public_id, now=NOW, **how)


def test_new_record_is_found_by_abbreviation_and_commune(organiser):
    made = exhibitors.create_exhibitor(
        organiser, replace(DATA, name="HKD Út Hạnh"), key="k", now=NOW
    )

    row = load(made)
    assert (row.phone, row.other_phones, commune_name(row.unit_new), row.is_verified) == (
        "+84900000001",
        "+84900000002",
        "Xã Vĩnh Kim",
        False,
    )
    found, _ = directory(organiser, ExhibitorFilter(q="ho kinh doanh ut hanh"), today=TODAY)
    assert [one.public_id for one in found] == [made]


def test_same_form_twice_makes_one_record(organiser):
    first = exhibitors.create_exhibitor(organiser, DATA, key="k", now=NOW)
    second = exhibitors.create_exhibitor(organiser, DATA, key="k", now=NOW)

    assert (first, reader().scalar(select(func.count()).select_from(Exhibitor))) == (second, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"tax_code": "1299000013"}, "tax_code"),
        ({"phones": "123"}, "phones"),
        ({"email": "a@b"}, "email"),
        ({"address": "xã Không Có"}, "unit_new"),
        ({"unit_new": "99999"}, "unit_new"),
    ],
)
def test_bad_value_names_its_field_and_changes_nothing(organiser, change, field):
    with pytest.raises(InvalidError) as refused:
        exhibitors.create_exhibitor(organiser, replace(DATA, **change), key="k", now=NOW)

    assert refused.value.field == field
    assert reader().scalar(select(Exhibitor.id)) is None


def test_verified_records_do_not_share_a_tax_code(organiser):
    known = make_exhibitor("HTX Một", tax_code="1299000012")
    made = exhibitors.create_exhibitor(
        organiser,
        replace(DATA, kind=ExhibitorKind.COOPERATIVE, tax_code="1299000012"),
        key="k",
        now=NOW,
    )

    with pytest.raises(TaxCodeTakenError) as refused:
        exhibitors.verify_exhibitor(organiser, made, now=NOW)
    assert known.name in refused.value.message()
    assert load(made).is_verified is False


def test_masked_personal_id_sent_back_stays_and_reading_it_is_audited(organiser):
    made = exhibitors.create_exhibitor(
        organiser, replace(DATA, tax_code="082185001234"), key="k", now=NOW
    )
    version = load(made).version
    exhibitors.edit_exhibitor(
        organiser,
        made,
        replace(DATA, name="HKD Hạnh", tax_code="082*****1234"),
        seen_version=version,
        now=NOW,
    )

    assert load(made).tax_code == "082185001234"
    assert exhibitors.reveal_tax_code(organiser, made, now=NOW) == "082185001234"
    assert "exhibitor.tax_code_read" in reader().scalars(select(AuditEntry.action)).all()


def test_second_editor_gets_a_conflict(organiser):
    made = exhibitors.create_exhibitor(organiser, DATA, key="k", now=NOW)
    version = load(made).version
    changed = replace(DATA, name="Tên khác")
    exhibitors.edit_exhibitor(organiser, made, changed, seen_version=version, now=NOW)

    with pytest.raises(ConflictError):
        exhibitors.edit_exhibitor(organiser, made, DATA, seen_version=version, now=NOW)


def test_old_address_is_told_of_a_new_one(organiser):
    row = make_exhibitor(email="cu@example.vn", unit_new="28261")
    data = replace(DATA, email="moi@example.vn", unit_new="28261")
    exhibitors.edit_exhibitor(organiser, row.public_id, data, seen_version=row.version, now=NOW)

    told = reader().execute(select(Message.kind, Message.email)).all()
    assert ("contact_changed", "cu@example.vn") in [tuple(one) for one in told]


def test_commune_officer_sees_only_the_own_commune_and_edits_nothing():
    near = make_exhibitor("Gần", unit_new="28261")
    far = make_exhibitor("Xa", unit_new="28270")
    officer = make_staff(Role.COMMUNE_OFFICER, unit_code="28261")

    rows, total = directory(officer, ExhibitorFilter(), today=TODAY)
    assert ([row.id for row in rows], total) == ([near.id], 1)
    assert directory_counts(officer, today=TODAY)["all"] == 1
    with pytest.raises(NotFoundError):
        exhibitors.verify_exhibitor(officer, far.public_id, now=NOW)
    with pytest.raises(ForbiddenError):
        exhibitors.verify_exhibitor(officer, near.public_id, now=NOW)


def test_search_finds_by_product_phone_and_code_but_not_within_a_personal_id(organiser):
    row = make_exhibitor("HTX Đồng Tâm", tax_code="082185001234", phone="+84900000777")

    def found(q):
        return [one.id for one in directory(organiser, ExhibitorFilter(q=q), today=TODAY)[0]]

    assert [found(q) for q in ("dong tam", "mam tom", "0900000777", "1234")] == [
        [row.id],
        [row.id],
        [row.id],
        [],
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"certificate": "valid"}, 1),
        ({"certificate": "expired"}, 0),
        ({"certificate": "none"}, 1),
        ({"stars": "4", "group": "food"}, 1),
        ({"stars": "5"}, 0),
        ({"missing": "email"}, 1),
        ({"kind": "farm"}, 0),
        ({"kind": "' OR 1"}, 2),
    ],
)
def test_filters_narrow(organiser, wanted, count):
    make_exhibitor()
    exhibitors.create_exhibitor(organiser, DATA, key="k", now=NOW)

    assert directory(organiser, ExhibitorFilter(**wanted), today=TODAY)[1] == count


def test_merging_moves_everything(organiser):
    kept = make_exhibitor("HTX Một", email=None, other_phones=None)
    gone = make_exhibitor("HTX Hai", email="hai@example.vn", register_ref="S009")
    fair, other = make_fair(), make_fair()
    make_invitation(fair, gone)
    invited = make_invitation(other, kept)
    make_invitation(other, gone, revoked_at=NOW)
    application = make_application(fair, gone)
    member = make_member(gone)
    extra = products.save_product(
        organiser, gone.public_id, None, ProductData(name="Khô cá", group="food"), now=NOW
    )

    result = merge(organiser, kept, gone, take=["name"], people=[member.id])

    row = load(result)
    assert (row.id, row.name, row.email, row.register_ref) == (
        kept.id,
        "HTX Hai",
        "hai@example.vn",
        "S009",
    )
    assert sorted(product.name for product in row.products) == ["Khô cá", "Mắm tôm chà"]
    assert extra in [product.public_id for product in row.products]
    session = reader()
    assert session.scalars(select(Exhibitor.id)).all() == [kept.id]
    assert set(session.scalars(select(Invitation.exhibitor_id))) == {kept.id}
    assert session.scalar(select(func.count()).select_from(Invitation)) == 2
    assert session.get(Invitation, invited.id) is not None
    assert session.scalar(select(Application.exhibitor_id)) == kept.id
    assert session.scalar(select(Membership.exhibitor_id)) == kept.id
    assert session.get(Application, application.id).exhibitor_id == kept.id


def self_registered(**columns):
    """A record that anybody could have made, and its maker."""
    row = make_exhibitor(is_verified=False, in_register=False, **columns)
    return row, make_member(row)


@pytest.mark.parametrize("real_stays", [True, False], ids=["real-stays", "stranger-stays"])
def test_who_registered_a_record_of_the_same_name_does_not_get_the_real_one(organiser, real_stays):
    real = make_exhibitor("HTX Một", email=None)
    own = make_member(real)
    stranger, _ = self_registered(name="HTX Một", email="la@example.vn")
    pair = (real, stranger) if real_stays else (stranger, real)

    result = merge(organiser, *pair, people=[own.id])

    row = load(result)
    assert [membership.user_id for membership in row.memberships] == [own.id]
    assert (row.email, row.phone is None) == (None, False)


def test_officer_lets_who_registered_act_for_the_real_record(organiser):
    real = make_exhibitor("HTX Một", email=None)
    newcomer, person = self_registered(name="HTX Một", email="that@example.vn")

    row = load(merge(organiser, real, newcomer, people=[person.id]))

    assert [membership.user_id for membership in row.memberships] == [person.id]
    assert row.email == "that@example.vn"


@pytest.mark.parametrize("what", ["application", "invitation"])
def test_records_in_one_fair_are_not_merged(organiser, what):
    kept, gone, fair = make_exhibitor(), make_exhibitor(), make_fair()
    for row in (kept, gone):
        if what == "application":
            make_application(fair, row)
        else:
            make_invitation(fair, row)

    with pytest.raises(BothInFairError) as refused:
        merge(organiser, kept, gone)
    assert fair.name in refused.value.message()
    assert reader().scalar(select(func.count()).select_from(Exhibitor)) == 2


def test_finished_application_does_not_stop_a_merge(organiser):
    kept, gone, fair = make_exhibitor(), make_exhibitor(), make_fair()
    make_application(fair, kept)
    make_application(fair, gone, State.WITHDRAWN)

    merge(organiser, kept, gone)

    assert set(reader().scalars(select(Application.exhibitor_id))) == {kept.id}


def test_pair_kept_apart_is_decided(organiser):
    first, second = make_exhibitor(), make_exhibitor()
    proposal = merging.propose_merge(organiser, first.public_id, second.public_id, now=NOW)
    merging.keep_apart(organiser, proposal, now=NOW)

    with pytest.raises(NotFoundError):
        merging.keep_apart(organiser, proposal, now=NOW)
    assert reader().scalar(select(MergeProposal.merged)) is False


def test_only_organisers_merge():
    first, second = make_exhibitor(), make_exhibitor()
    with pytest.raises(ForbiddenError):
        merging.propose_merge(make_staff(Role.REVIEWER), first.public_id, second.public_id, now=NOW)


def test_forms_sent_twice_make_one_product_and_one_certificate(organiser):
    row = make_exhibitor()
    data = ProductData(name="Khô cá", group="food")
    paper = CertificateData(stars=4, decision_no="2/QĐ", issued_on=date(2025, 3, 1))

    made = {
        products.save_product(organiser, row.public_id, None, data, key="k1", now=NOW)
        for _ in range(2)
    }
    for _ in range(2):
        products.save_certificate(organiser, row.public_id, *made, None, paper, key="k2", now=NOW)

    kept = load(row.public_id).products
    assert {one.public_id for one in kept if one.name == "Khô cá"} == made
    assert [len(one.certificates) for one in kept if one.name == "Khô cá"] == [1]


def test_certificate_lasts_36_months_unless_the_paper_says_less(organiser):
    row = make_exhibitor()
    product = row.products[0].public_id
    given = CertificateData(stars=5, decision_no="1/QĐ", issued_on=date(2024, 2, 29))

    def save(data, number=None):
        products.save_certificate(organiser, row.public_id, product, number, data, now=NOW)
        one = load(row.public_id).products[0].certificates[-1]
        return one.expires_on, one.expires_from

    assert save(given) == (date(2027, 2, 28), "computed")
    assert save(replace(given, expires_on=date(2026, 1, 1))) == (date(2026, 1, 1), "cell")
    for wrong, field in ((date(2030, 1, 1), "expires_on"), (date(2020, 1, 1), "expires_on")):
        with pytest.raises(InvalidError) as refused:
            save(replace(given, expires_on=wrong))
        assert refused.value.field == field


def test_certificate_of_another_product_is_not_found(organiser):
    row, other = make_exhibitor(), make_exhibitor()
    foreign = other.products[0].certificates[0].id

    with pytest.raises(NotFoundError):
        products.set_certificate_revoked(
            organiser, row.public_id, row.products[0].public_id, foreign, revoked=True, now=NOW
        )
    products.set_certificate_revoked(
        organiser, other.public_id, other.products[0].public_id, foreign, revoked=True, now=NOW
    )
    assert reader().scalars(select(Product).where(Product.exhibitor_id == other.id)).one()
    assert load(other.public_id).products[0].certificates[0].revoked is True
