"""Badge keys: one a fair, private halves in files, numbers never used twice."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support import builders
from tests.support.gate_world import make_badges, token_of
from tgfair.core.badge import Refusal, Refused, read
from tgfair.models import Message, SigningKey
from tgfair.policy import SYSTEM
from tgfair.services.keys import (
    KeyProblemError,
    Rotation,
    ensure_key,
    keyring,
    private_key,
    rotate_key,
)
from tgfair.services.uow import reader, transaction

VECTORS = json.loads((Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8"))


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        yield builders.make_fair()


def test_key_is_made_once_for_a_fair(fair, config):
    first = ensure_key(fair.id, actor=SYSTEM, now=builders.NOW)

    assert ensure_key(fair.id, actor=SYSTEM, now=builders.NOW) == first == 1
    file = config.keys_dir / "1.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    public = private_key(reader(), first).public_key().public_bytes_raw()
    assert keyring(reader(), fair.id) == {1: public}


def test_key_number_of_a_left_over_file_is_not_used_again(fair, config):
    config.keys_dir.mkdir(parents=True)
    (config.keys_dir / "1.key").write_text("left over\n")

    assert ensure_key(fair.id, actor=SYSTEM, now=builders.NOW) == 2
    assert (config.keys_dir / "1.key").read_text() == "left over\n"


def test_other_fair_gets_another_key(fair):
    first = ensure_key(fair.id, actor=SYSTEM, now=builders.NOW)
    other = builders.make_fair()

    assert ensure_key(other.id, actor=SYSTEM, now=builders.NOW) == first + 1
    assert list(keyring(reader(), fair.id)) == [first]


@pytest.mark.parametrize("key", VECTORS["keys"], ids=lambda key: key["kid"])
def test_published_test_key_is_refused(fair, config, key):
    config.keys_dir.mkdir(parents=True)
    (config.keys_dir / "9.key").write_text(key["seed_hex"])
    with transaction() as session:
        session.add(
            SigningKey(
                kid=9, fair_id=fair.id, public_hex=key["public_hex"], created_at=builders.NOW
            )
        )

    with pytest.raises(KeyProblemError):
        keyring(reader(), fair.id)
    with pytest.raises(KeyProblemError):
        private_key(reader(), 9)


def test_missing_or_exchanged_key_file_is_noticed(fair, config):
    kid = ensure_key(fair.id, actor=SYSTEM, now=builders.NOW)
    (config.keys_dir / f"{kid}.key").write_text("ab" * 32)
    with pytest.raises(KeyProblemError):
        private_key(reader(), kid)

    (config.keys_dir / f"{kid}.key").unlink()
    with pytest.raises(KeyProblemError):
        private_key(reader(), kid)


def test_last_number_used_up_is_said(fair, config):
    config.keys_dir.mkdir(parents=True)
    for kid in range(1, 256):
        (config.keys_dir / f"{kid}.key").touch()

    with pytest.raises(KeyProblemError):
        ensure_key(fair.id, actor=SYSTEM, now=builders.NOW)


def test_new_key_signs_and_the_old_one_stays_good(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    printed = token_of(badge)

    done = rotate_key(SYSTEM, fair.slug, compromised=False, now=builders.NOW)

    assert done == Rotation(retired=1, kid=2)
    accepted = keyring(reader(), fair.id)
    shown = [read(text, accepted, fair.number) for text in (printed, token_of(badge))]
    assert [(one.kid, one.generation) for one in shown] == [(1, 0), (2, 0)]
    assert ensure_key(fair.id, actor=SYSTEM, now=builders.NOW) == 2


def test_compromised_key_opens_nothing_and_its_badges_are_issued_again(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    printed = token_of(badge)

    done = rotate_key(SYSTEM, fair.slug, compromised=True, now=builders.NOW)

    assert done == Rotation(retired=1, kid=2, reissued=1)
    accepted = keyring(reader(), fair.id)
    assert read(printed, accepted, fair.number) == Refused(Refusal.UNKNOWN_KEY)
    again = read(token_of(badge), accepted, fair.number)
    assert (again.kid, again.generation) == (2, 1)
    kinds = reader().scalars(select(Message.kind).where(Message.dedupe_key.contains("badge-key:2")))
    assert len(kinds.all()) == 1
