"""Rows for tests, each made with as little as the test has to say.

Everything is committed, so that the code under test meets real rows; call inside an app context.
"""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from tgfair.core.layout.reading import parse_plan
from tgfair.core.vietnamese import fold, sort_key
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    ApplicationProduct,
    Certificate,
    Exhibitor,
    ExhibitorKind,
    Fair,
    FairKind,
    FairStatus,
    IntakeMode,
    Invitation,
    MemberRole,
    Membership,
    Product,
    Role,
    RoleGrant,
    User,
)
from tgfair.policy import SYSTEM, Actor, Grant
from tgfair.services import plans, sessions
from tgfair.services.identifiers import public_id
from tgfair.services.uow import transaction

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 5, 5, 2, 0, tzinfo=UTC)  # 09:00 on 5 May 2026 in Vietnam
_numbers = itertools.count(1)


def save(row: Any) -> Any:
    """Commit one row and give it back with its id."""
    with transaction() as session:
        session.add(row)
        session.flush()
        session.refresh(row)
    return row


def make_user(*roles: Role, fair: Fair | None = None, unit_code: str | None = None, **columns):
    """A user with these roles (none: an exhibitor's person)."""
    n = next(_numbers)
    values = {"name": f"Người {n}", "email": f"nguoi{n}@example.org", "created_at": NOW, **columns}
    user = User(**values)
    user.grants = [
        RoleGrant(role=role, fair_id=fair.id if fair else None, unit_code=unit_code)
        for role in roles
    ]
    return save(user)


def actor_of(user: User, *, owns: tuple[Exhibitor, ...] = (), staffs=()) -> Actor:
    """The actor that a session of `user` would be."""
    return Actor(
        user_id=user.id,
        label=user.name,
        grants=tuple(Grant(g.role, g.fair_id, g.unit_code) for g in user.grants),
        owns=frozenset(e.id for e in owns),
        staffs=frozenset(e.id for e in staffs),
        verified=True,
        session_id=1,
    )


def make_staff(*roles: Role, **limits) -> Actor:
    """An actor with staff roles."""
    return actor_of(make_user(*roles, **limits))


def make_fair(**columns) -> Fair:
    """An open fair of 18–21 June 2026 whose registration is open at NOW."""
    n = next(_numbers)
    opens = datetime(2026, 6, 18, 1, 0, tzinfo=UTC)
    values: dict[str, Any] = {
        "number": n,
        "code": f"TGF{n}",
        "slug": f"hoi-cho-{n}",
        "kind": FairKind.FAIR,
        "intake": IntakeMode.OPEN,
        "status": FairStatus.OPEN,
        "name": "Hội chợ OCOP và trái cây Tết Đoan Ngọ",
        "venue": "Quảng trường Hùng Vương, Mỹ Tho",
        "first_day": date(2026, 6, 18),
        "last_day": date(2026, 6, 21),
        "opens_at": opens,
        "registration_opens_at": NOW - timedelta(days=10),
        "registration_closes_at": NOW + timedelta(days=20),
        "confirm_until": NOW + timedelta(days=35),
        "hotline": "+84900000001",
        "hotline_name": "Cô Hạnh",
        "created_at": NOW,
        **columns,
    }
    return save(Fair(**values))


def lengthen(fair: Fair) -> Fair:
    """Let the fair last for years: its personal links work in requests, which come today."""
    with transaction() as session:
        session.get_one(Fair, fair.id).last_day = date(2090, 1, 1)
    return fair


def make_conference(**columns) -> Fair:
    """A one-day conference by invitation with tables that two may share."""
    values = {
        "kind": FairKind.REVIEW_CONFERENCE,
        "intake": IntakeMode.INVITED,
        "name": "Hội nghị sơ kết OCOP trước Tết",
        "venue": "Hội trường tỉnh",
        "first_day": date(2026, 6, 18),
        "last_day": date(2026, 6, 18),
        "shares_booths": True,
        **columns,
    }
    return make_fair(**values)


def install_plan(fair: Fair, name: str = "quang-truong-hung-vuong.json") -> None:
    """Give the fair the 150 booths of the square (or "hoi-nghi-truoc-tet.json": 60 tables)."""
    document = json.loads((DATA / name).read_text(encoding="utf-8"))
    plans.install_plan(SYSTEM, fair.id, parse_plan(document), now=NOW)


def make_exhibitor(name: str | None = None, **columns) -> Exhibitor:
    """A verified cooperative with one 4-star product that is valid until 2027."""
    n = next(_numbers)
    name = name or f"Hợp tác xã Thử nghiệm {n}"
    values: dict[str, Any] = {
        "public_id": public_id(),
        "kind": ExhibitorKind.COOPERATIVE,
        "name": name,
        "representative": "Nguyễn Thị Út Hạnh",
        "phone": f"+849000{n:05d}",
        "email": f"htx{n}@example.vn",
        "unit_new": "28582",
        "is_verified": True,
        "in_register": True,
        "search_fold": fold(name),
        "sort_key": sort_key(name),
        "created_at": NOW,
        **columns,
    }
    exhibitor = Exhibitor(**values)
    exhibitor.products = [_product("Mắm tôm chà")]
    return save(exhibitor)


def _product(name: str) -> Product:
    return Product(
        public_id=public_id(),
        name=name,
        group="food",
        in_register=True,
        search_fold=fold(name),
        created_at=NOW,
        certificates=[
            Certificate(
                stars=4,
                decision_no="1942/QĐ-UBND",
                issued_on=date(2024, 11, 19),
                issued_precision="day",
                expires_on=date(2027, 11, 19),
                expires_from="cell",
            )
        ],
    )


def make_member(exhibitor: Exhibitor, role: MemberRole = MemberRole.OWNER) -> User:
    """A user who belongs to the exhibitor."""
    user = make_user()
    save(
        Membership(
            user_id=user.id, exhibitor_id=exhibitor.id, role=role, valid_from=date(2026, 1, 1)
        )
    )
    return user


def make_invitation(fair: Fair, exhibitor: Exhibitor, **columns) -> Invitation:
    """An invitation that was not answered yet."""
    values = {"fair_id": fair.id, "exhibitor_id": exhibitor.id, "created_at": NOW, **columns}
    return save(Invitation(**values))


def make_application(
    fair: Fair, exhibitor: Exhibitor, state: State = State.SUBMITTED, **columns
) -> Application:
    """An application with one product, as if it had come the usual way."""
    n = next(_numbers)
    values: dict[str, Any] = {
        "code": f"{fair.code}-T{n:05d}",
        "fair_id": fair.id,
        "exhibitor_id": exhibitor.id,
        "state": state,
        "saved_at": NOW,
        "created_at": NOW,
        "submitted_at": None if state is State.DRAFT else NOW,
        "contact_name": "Nguyễn Thị Út Hạnh",
        "contact_phone": exhibitor.phone,
        "contact_email": exhibitor.email,
        "fascia_name": exhibitor.name[:40],
        "wishes": ["A"],
        **columns,
    }
    application = Application(**values)
    application.products = [
        ApplicationProduct(
            name="Mắm tôm chà",
            group="food",
            stars=4,
            expires_on=date(2027, 11, 19),
            certificate_state="valid",
            search_fold="mam tom cha",
        )
    ]
    return save(application)


def sign_in(client: FlaskClient, user: User, *, verified: bool = True) -> None:
    """Give the client the session cookie of `user`."""
    _set_cookie(client, user=user, invitation=None, verified=verified)


def open_link(client: FlaskClient, invitation: Invitation, *, verified: bool = False) -> None:
    """Give the client the session that a personal link opens."""
    _set_cookie(client, user=None, invitation=invitation, verified=verified)


def session_token(user: User | None = None, invitation: Invitation | None = None, **how) -> str:
    """A fresh session's cookie value, for a real browser."""
    with transaction() as session:
        user = session.merge(user) if user else None
        invitation = session.merge(invitation) if invitation else None
        _, token = sessions.open_session(
            session,
            user=user,
            invitation=invitation,
            verified=how.get("verified", True),
            user_agent="test",
        )
    return token


def _set_cookie(client: FlaskClient, *, user, invitation, verified: bool) -> None:
    token = session_token(user, invitation, verified=verified)
    client.set_cookie("tgfair", token, domain="localhost")


def csrf_of(client: FlaskClient) -> str:
    """The form token of the client's session, for posts without reading a page first."""
    from tgfair.services.identifiers import keyed

    cookie = client.get_cookie("tgfair", domain="localhost")
    return keyed("csrf", cookie.value if cookie else "").hex()
