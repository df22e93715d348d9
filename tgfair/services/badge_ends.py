"""Badges end with the booth they were issued for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.models.application import Application
from tgfair.policy import Actor
from tgfair.services.badge_rows import valid_badges, void


def end_badges(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> None:
    """Revoke every badge of an application that has lost its booth."""
    session.flush()  # its row is ours from here on: who issues badges at this moment waits
    for badge in valid_badges(session, application.id):
        void(session, actor, badge, reason=reason, now=now)
