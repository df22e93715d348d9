"""The keys that sign badges: private halves in files of the instance folder, public ones in rows.

One key pair for each fair. The key id goes into every token as one byte, so an installation has
255 of them and never uses one again: a file stays as its mark even when the fair is deleted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from tgfair.config import Config
from tgfair.core.errors import TgfairError
from tgfair.models.badge import Badge, BadgeState, SigningKey
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.badge_rows import raise_generation
from tgfair.services.notifications import notify_application
from tgfair.services.uow import find, reader, transaction

LAST_KID = 255
_KEYRING = select(SigningKey.kid, SigningKey.public_hex).where(
    SigningKey.fair_id == bindparam("fair_id"), SigningKey.compromised_at.is_(None)
)
COMPROMISED = "Khóa ký thẻ bị lộ nên đổi khóa."
# Their private halves stand in the project's test vectors, for everybody to read.
PUBLISHED = frozenset(
    {
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "d3bbdc317d94d01c0da0de5385f81b85d31c8ffe18135cf7f1d924f99452c0ae",
        "be23a85961f50500033a9adb3b1a4f11d6b57364df589e77b1db98bc7210e5f9",
        "80bf27178b6cf785e1a2dbbe3d9053a75be2d870a498e5ccba47c366b45e2ac5",
    }
)


class KeyProblemError(TgfairError):
    """A badge key is missing, changed, public, or there is no number left for a new one."""

    code = "badge_key"

    def __init__(self, kid: int, problem: str) -> None:
        super().__init__(f"badge key {kid}: {problem}")
        self.kid = kid
        self.problem = problem

    def message(self) -> str:
        """Say whom to call; nobody at the desk can mend it."""
        return "Khóa ký thẻ của sự kiện đang có lỗi nên chưa in được thẻ. Hãy báo người quản trị."


def ensure_key(fair_id: int, *, actor: Actor, now: datetime) -> int:
    """Return the id of the key that signs the fair's new badges; make one when there is none.

    The file is written, and synced, before the row that names it. Call outside of a transaction.

    Raises:
        KeyProblemError: all 255 ids are used up.
    """
    session = reader()
    found = _current(session, fair_id)
    session.rollback()
    if found is not None:
        return found.kid
    kid, key = _write_new_file()
    with transaction() as session:
        # Two officers at the same moment: the second waits here and takes the first one's key.
        fair = session.get_one(Fair, fair_id, with_for_update=True)
        earlier = _current(session, fair.id)
        if earlier is None:
            public = key.public_key().public_bytes_raw().hex()
            row = SigningKey(kid=kid, fair_id=fair.id, public_hex=public, created_at=now)
            session.add(row)
            record(session, actor, "badge_key.made", fair, now=now, fair_id=fair.id, kid=kid)
            return kid
    _file(kid).unlink()
    return earlier.kid


@dataclass(frozen=True)
class Rotation:
    """What a change of key did; `reissued` badges must be printed again."""

    retired: int | None
    kid: int
    reissued: int = 0


def rotate_key(actor: Actor, fair_slug: str, *, compromised: bool, now: datetime) -> Rotation:
    """Let a new key sign the fair's badges from now on.

    What the old key signed stays good until the fair ends, unless it is `compromised`: then the
    gates refuse it from their next list on, and every valid badge gets its next generation, whose
    holders are told by mail.

    Raises:
        KeyProblemError: all 255 ids are used up.
    """
    kid, key = _write_new_file()
    public = key.public_key().public_bytes_raw().hex()
    with transaction() as session:
        fair = find(session, Fair, Fair.slug == fair_slug, visible_to(actor, Fair))
        require(actor, Action.MANAGE_BADGES, fair)
        session.refresh(fair, with_for_update=True)
        old = _current(session, fair.id)
        session.add(SigningKey(kid=kid, fair_id=fair.id, public_hex=public, created_at=now))
        session.flush()
        badges = _of_new_key(session, fair.id, kid)
        if old is not None:
            old.retired_at = now
            old.compromised_at = now if compromised else None
        if compromised:
            _replace_badges(session, actor, badges, now=now)
        retired = old.kid if old else None
        what = "badge_key.compromised" if compromised else "badge_key.rotated"
        record(session, actor, what, fair, now=now, fair_id=fair.id, kid=kid, retired=retired)
        return Rotation(retired, kid, len(badges) if compromised else 0)


def _of_new_key(session: Session, fair_id: int, kid: int) -> Sequence[Badge]:
    """Let the new key sign every badge that is printed from now on; return the valid ones."""
    session.execute(update(Badge).where(Badge.fair_id == fair_id).values(kid=kid))
    session.expire_all()
    return session.scalars(
        select(Badge)
        .where(Badge.fair_id == fair_id, Badge.state == BadgeState.VALID)
        .options(joinedload(Badge.application))
        .order_by(Badge.id)
    ).all()


def _replace_badges(
    session: Session, actor: Actor, badges: Sequence[Badge], *, now: datetime
) -> None:
    applications = {}
    for badge in badges:
        raise_generation(session, actor, badge, name=None, reason=COMPROMISED, now=now)
        if badge.application is not None:
            applications[badge.application.id] = badge.application
    session.flush()
    for application in applications.values():
        # One mail for one change of key.
        key = f"badge-key:{badges[0].kid}"
        notify_application(session, "badge", application, dedupe=key, now=now)


def keyring(session: Session, fair_id: int) -> Mapping[int, bytes]:
    """Return the public keys whose badges the fair's gates accept, by key id.

    Raises:
        KeyProblemError: a row holds one of the published test keys.
    """
    rows = session.connection().execute(_KEYRING, {"fair_id": fair_id}).all()
    for kid, public_hex in rows:
        _refuse_published(kid, public_hex)
    return {kid: bytes.fromhex(public_hex) for kid, public_hex in rows}


def private_key(session: Session, kid: int) -> Ed25519PrivateKey:
    """Return the private key of a key id, checked against the public half on record.

    Raises:
        KeyProblemError: the file is gone, is not this key, or is a published test key.
    """
    row = session.get_one(SigningKey, kid)
    _refuse_published(kid, row.public_hex)
    try:
        seed = bytes.fromhex(_file(kid).read_text(encoding="ascii").strip())
        key = Ed25519PrivateKey.from_private_bytes(seed)
    except (OSError, ValueError) as error:
        raise KeyProblemError(kid, "unreadable") from error
    if key.public_key().public_bytes_raw().hex() != row.public_hex:
        raise KeyProblemError(kid, "file and row differ")
    return key


def _refuse_published(kid: int, public_hex: str) -> None:
    if public_hex in PUBLISHED:
        raise KeyProblemError(kid, "published test key")


def _current(session: Session, fair_id: int) -> SigningKey | None:
    return session.scalars(
        select(SigningKey)
        .where(SigningKey.fair_id == fair_id, SigningKey.retired_at.is_(None))
        .order_by(SigningKey.created_at.desc(), SigningKey.kid.desc())
        .limit(1)
    ).one_or_none()


def _file(kid: int) -> Path:
    config: Config = current_app.config["TGFAIR"]
    return config.keys_dir / f"{kid}.key"


def _write_new_file() -> tuple[int, Ed25519PrivateKey]:
    """Write a new private key under the first number that no row and no file has."""
    session = reader()
    taken = set(session.scalars(select(SigningKey.kid)))
    session.rollback()
    _file(1).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    for kid in range(1, LAST_KID + 1):
        if kid not in taken and _create(_file(kid), key.private_bytes_raw().hex()):
            return kid, key
    raise KeyProblemError(LAST_KID, "no number left")


def _create(path: Path, text: str) -> bool:
    """Write a file that only this account may read; False when it exists already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
