from __future__ import annotations

import pytest

from tgfair.core.workflow import (
    EDITABLE,
    EFFECTS,
    EVENT_LABELS,
    FINAL,
    LIVE,
    STATE_LABELS,
    TRANSITIONS,
    Event,
    IllegalMoveError,
    State,
    allowed_events,
    next_state,
)
from tgfair.mail.catalog import KINDS

# design.md, section 5, written out: every pair that is possible, and where it leads.
TABLE = {
    "draft": {"submit": "submitted", "withdraw": "withdrawn", "cancel": "cancelled"},
    "submitted": {
        "return": "changes_requested",
        "approve": "approved",
        "waitlist": "waitlisted",
        "reject": "rejected",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "changes_requested": {
        "resubmit": "submitted",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "waitlisted": {
        "approve": "approved",
        "reject": "rejected",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "approved": {"allocate": "allocated", "withdraw": "withdrawn", "cancel": "cancelled"},
    "allocated": {
        "confirm": "confirmed",
        "release": "approved",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "confirmed": {
        "release": "approved",
        "move": "allocated",
        "reschedule": "allocated",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "rejected": {},
    "withdrawn": {},
    "cancelled": {},
}
PAIRS = [(state, event) for state in State for event in Event]


def test_the_table_of_the_design_is_complete():
    assert set(TABLE) == set(State)


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_leads_where_the_table_says_or_is_refused(state, event):
    target = TABLE[state].get(event)

    if target is None:
        with pytest.raises(IllegalMoveError) as refused:
            next_state(state, event)
        assert STATE_LABELS[state] in refused.value.message()
    else:
        assert next_state(state, event) == target


def test_nothing_leads_out_of_a_final_state_and_every_live_one_can_be_left():
    assert {state: allowed_events(state) for state in FINAL} == dict.fromkeys(FINAL, ())
    leave = {Event.WITHDRAW, Event.CANCEL}
    assert all(leave <= set(allowed_events(state)) for state in LIVE)


def test_every_state_can_be_reached_from_a_draft():
    reached = {State.DRAFT}
    for _ in State:
        reached |= {to for (state, _), to in TRANSITIONS.items() if state in reached}
    assert reached == set(State)


def test_every_event_names_its_mails_or_says_none_and_each_kind_exists():
    owed = {event: effect.mails for event, effect in EFFECTS.items()}

    assert owed == {
        Event.SUBMIT: ("receipt",),
        Event.RETURN: ("returned",),
        Event.RESUBMIT: ("receipt",),
        Event.APPROVE: ("approved",),
        Event.WAITLIST: ("waitlisted",),
        Event.REJECT: ("rejected",),
        Event.ALLOCATE: ("booth_assigned",),
        Event.RELEASE: ("booth_released",),
        Event.CONFIRM: (),
        Event.MOVE: ("booth_moved",),
        Event.RESCHEDULE: ("dates_changed",),
        Event.WITHDRAW: ("withdrawn",),
        Event.CANCEL: ("cancelled",),
    }
    assert {kind for mails in owed.values() for kind in mails} <= set(KINDS)


def test_bad_news_needs_a_reason():
    needing = {event for event, effect in EFFECTS.items() if effect.needs_reason}
    assert needing == {
        Event.RETURN,
        Event.REJECT,
        Event.RELEASE,
        Event.MOVE,
        Event.RESCHEDULE,
        Event.CANCEL,
    }


def test_everything_has_words():
    assert (set(STATE_LABELS), set(EVENT_LABELS)) == (set(State), set(Event))
    assert {State.DRAFT, State.CHANGES_REQUESTED} == EDITABLE
