"""Life of an application: states, events, who may, what is owed (design.md, section 5).

The table below is the only place that knows which move is allowed. Services call `next_state`,
pages draw their buttons from `allowed_events`, and the mails that an event owes stand beside it,
so that no caller can forget one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tgfair.core.errors import ConflictError


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    ALLOCATED = "allocated"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


FINAL = frozenset({State.REJECTED, State.WITHDRAWN, State.CANCELLED})
LIVE = frozenset(State) - FINAL
EDITABLE = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
# Approved and everything that follows from it.
ACCEPTED = frozenset({State.APPROVED, State.ALLOCATED, State.CONFIRMED})


class Event(StrEnum):
    """What somebody does to an application."""

    SUBMIT = "submit"
    RETURN = "return"
    RESUBMIT = "resubmit"
    APPROVE = "approve"
    WAITLIST = "waitlist"
    REJECT = "reject"
    ALLOCATE = "allocate"
    RELEASE = "release"
    CONFIRM = "confirm"
    MOVE = "move"
    RESCHEDULE = "reschedule"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"


class Side(StrEnum):
    """Whose act an event is; the policy table says which roles stand on which side."""

    EXHIBITOR = "exhibitor"
    REVIEWER = "reviewer"
    ORGANISER = "organiser"


@dataclass(frozen=True)
class Effect:
    """What an event asks of the actor and owes to the others.

    `mails` are kinds of the mail catalogue, sent or proposed to the exhibitor. An empty tuple
    is a decision: this event sends nothing by itself.
    """

    side: Side
    mails: tuple[str, ...]
    needs_reason: bool = False


EFFECTS: dict[Event, Effect] = {
    Event.SUBMIT: Effect(Side.EXHIBITOR, ("receipt",)),
    Event.RETURN: Effect(Side.REVIEWER, ("returned",), needs_reason=True),
    Event.RESUBMIT: Effect(Side.EXHIBITOR, ("receipt",)),
    Event.APPROVE: Effect(Side.REVIEWER, ("approved",)),
    Event.WAITLIST: Effect(Side.REVIEWER, ("waitlisted",)),
    Event.REJECT: Effect(Side.REVIEWER, ("rejected",), needs_reason=True),
    # The producer hears of a booth when the plan is published, not while it is being drawn up.
    Event.ALLOCATE: Effect(Side.ORGANISER, ("booth_assigned",)),
    Event.RELEASE: Effect(Side.ORGANISER, ("booth_released",), needs_reason=True),
    Event.CONFIRM: Effect(Side.EXHIBITOR, ()),
    Event.MOVE: Effect(Side.ORGANISER, ("booth_moved",), needs_reason=True),
    # The fair's days changed: who had confirmed is asked again.
    Event.RESCHEDULE: Effect(Side.ORGANISER, ("dates_changed",), needs_reason=True),
    Event.WITHDRAW: Effect(Side.EXHIBITOR, ("withdrawn",)),
    Event.CANCEL: Effect(Side.ORGANISER, ("cancelled",), needs_reason=True),
}

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Event.RETURN): State.CHANGES_REQUESTED,
    (State.CHANGES_REQUESTED, Event.RESUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Event.APPROVE): State.APPROVED,
    (State.SUBMITTED, Event.WAITLIST): State.WAITLISTED,
    (State.SUBMITTED, Event.REJECT): State.REJECTED,
    (State.WAITLISTED, Event.APPROVE): State.APPROVED,
    (State.WAITLISTED, Event.REJECT): State.REJECTED,
    (State.APPROVED, Event.ALLOCATE): State.ALLOCATED,
    (State.ALLOCATED, Event.CONFIRM): State.CONFIRMED,
    (State.ALLOCATED, Event.RELEASE): State.APPROVED,
    (State.CONFIRMED, Event.RELEASE): State.APPROVED,
    (State.CONFIRMED, Event.MOVE): State.ALLOCATED,
    (State.CONFIRMED, Event.RESCHEDULE): State.ALLOCATED,
    **{(state, Event.WITHDRAW): State.WITHDRAWN for state in LIVE},
    **{(state, Event.CANCEL): State.CANCELLED for state in LIVE},
}


class IllegalMoveError(ConflictError):
    """The event is not possible in the state the application is in."""

    code = "illegal_move"

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event} in {state}")
        self.state = state
        self.event = event

    def message(self) -> str:
        """Return a sentence for the page."""
        return (
            f"Hồ sơ đang “{STATE_LABELS[self.state]}” nên không làm được việc "
            f"“{EVENT_LABELS[self.event]}”."
        )


STATE_LABELS: dict[State, str] = {
    State.DRAFT: "Đang soạn",
    State.SUBMITTED: "Đã gửi",
    State.CHANGES_REQUESTED: "Cần bổ sung",
    State.APPROVED: "Đã duyệt",
    State.WAITLISTED: "Danh sách chờ",
    State.ALLOCATED: "Đã xếp gian",
    State.CONFIRMED: "Đã xác nhận tham gia",
    State.REJECTED: "Không được duyệt",
    State.WITHDRAWN: "Đã rút",
    State.CANCELLED: "Đã hủy",
}

EVENT_LABELS: dict[Event, str] = {
    Event.SUBMIT: "Gửi hồ sơ",
    Event.RETURN: "Yêu cầu bổ sung",
    Event.RESUBMIT: "Gửi lại hồ sơ",
    Event.APPROVE: "Duyệt",
    Event.WAITLIST: "Đưa vào danh sách chờ",
    Event.REJECT: "Không duyệt",
    Event.ALLOCATE: "Xếp gian",
    Event.RELEASE: "Thu hồi gian",
    Event.CONFIRM: "Nhận gian này",
    Event.MOVE: "Đổi gian",
    Event.RESCHEDULE: "Đổi ngày tổ chức",
    Event.WITHDRAW: "Rút hồ sơ",
    Event.CANCEL: "Hủy hồ sơ",
}


def next_state(state: State, event: Event) -> State:
    """Return the state that `event` leads to.

    Raises:
        IllegalMoveError: the table does not list the pair.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalMoveError(state, event) from None


def allowed_events(state: State) -> tuple[Event, ...]:
    """Return the events possible in `state`, in the order of the enumeration."""
    return tuple(event for event in Event if (state, event) in TRANSITIONS)
