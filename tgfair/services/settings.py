"""Settings kept in the database: the demo clock and the organiser's own texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.models.setting import Setting
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.uow import reader, transaction

DEMO_CLOCK = "demo_clock_offset_seconds"
DEMO_MARK = "demo_database"


def get_setting(session: Session, key: str, default: Any) -> Any:
    """Return a setting's value, or `default`."""
    row = session.get(Setting, key)
    return default if row is None else row.value.get("v", default)


def put_setting(session: Session, key: str, value: Any) -> None:
    """Write a setting within the caller's transaction."""
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value={"v": value}))
    else:
        row.value = {"v": value}


def demo_clock_offset() -> int:
    """Return by how many seconds the demo clock is moved; 0 when it was never set."""
    return int(get_setting(reader(), DEMO_CLOCK, 0))


def set_demo_clock(actor: Actor, target: datetime) -> None:
    """Let the demo clock stand at `target` from now on."""
    with transaction() as session:
        require(actor, Action.SET_DEMO_CLOCK)
        offset = int((target - clock.real_now()).total_seconds())
        put_setting(session, DEMO_CLOCK, offset)
        session.flush()
        row = session.get_one(Setting, DEMO_CLOCK)
        record(session, actor, "demo.clock", row, now=clock.real_now(), target=target.isoformat())


def is_demo_database() -> bool:
    """Return whether the demo province was loaded into this database."""
    return bool(get_setting(reader(), DEMO_MARK, default=False))


def mark_demo_database() -> None:
    """Note that this database holds the demo province, so that a real one never starts as demo."""
    with transaction() as session:
        put_setting(session, DEMO_MARK, value=True)
