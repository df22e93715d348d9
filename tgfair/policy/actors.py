"""Whoever acts, and with which grants."""

from __future__ import annotations

from dataclasses import dataclass

from tgfair.models.account import Role


@dataclass(frozen=True)
class Grant:
    """A staff role, limited to a fair or a commune when those are set."""

    role: Role
    fair_id: int | None = None
    unit_code: str | None = None


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with grants, a personal link, a gate phone, or the system itself."""

    user_id: int | None = None
    label: str = "Khách"
    grants: tuple[Grant, ...] = ()
    owns: frozenset[int] = frozenset()
    staffs: frozenset[int] = frozenset()
    # Set for a session opened by a personal link.
    invitation_id: int | None = None
    invited_exhibitor_id: int | None = None
    invited_fair_id: int | None = None
    # A one-time code was typed in this session (needed beyond the draft for personal links).
    verified: bool = False
    session_id: int | None = None
    device_id: int | None = None
    device_fair_id: int | None = None
    system: bool = False

    @property
    def exhibitor_ids(self) -> frozenset[int]:
        """Exhibitors that the actor belongs to or was invited for."""
        invited = {self.invited_exhibitor_id} if self.invited_exhibitor_id else set()
        return self.owns | self.staffs | frozenset(invited)

    @property
    def is_staff(self) -> bool:
        """Whether the actor holds any staff role."""
        return bool(self.grants)

    def has(self, role: Role) -> bool:
        """Return whether the actor holds `role` anywhere."""
        return any(grant.role == role for grant in self.grants)


SYSTEM = Actor(label="Hệ thống", system=True)
ANONYMOUS = Actor()
