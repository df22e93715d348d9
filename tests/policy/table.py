"""Who gets through each door: endpoint -> relations to the object (see `world.RELATIONS`).

A new route has to be entered here; the test of `url_map` says so when it is not.
"""

from __future__ import annotations

ANYONE = frozenset(
    {
        "anonymous",
        "owner",
        "staff",
        "link",
        "reviewer",
        "organiser",
        "fair organiser",
        "officer",
        "admin",
        "other exhibitor",
        "other link",
        "other reviewer",
        "other organiser",
        "other officer",
    }
)
SIGNED_IN = ANYONE - {"anonymous"}
ACCOUNT = SIGNED_IN - {"link", "other link"}
CADRES = frozenset(
    {
        "reviewer",
        "organiser",
        "fair organiser",
        "officer",
        "admin",
        "other reviewer",
        "other organiser",
        "other officer",
    }
)
ADMIN = frozenset({"admin"})
# Those who run every fair, and with them those who run this one.
OFFICE = frozenset({"admin", "organiser"})
TEAM = OFFICE | {"fair organiser"}
MEMBERS = frozenset({"owner", "staff"})
SUBJECT = MEMBERS | {"link"}

TABLE: dict[str, frozenset[str]] = {
    "static": ANYONE,
    # account
    "account.sign_in": ANYONE,
    "account.start_sign_in": ANYONE,
    "account.type_code": ANYONE,
    "account.sign_in_with_code": ANYONE,
    "account.send_again": ANYONE,
    "account.link": ANYONE,
    "account.sign_in_with_link": ANYONE,
    "account.staff_sign_in_page": ANYONE,
    "account.sign_in_with_password": ANYONE,
    "account.setup": ANYONE,
    "account.complete_setup": ANYONE,
    "account.sign_out": ANYONE,
    "account.me": SIGNED_IN,
    "account.sign_out_everywhere": ACCOUNT,
    "account.end_session": frozenset({"owner"}),
    "account.people": MEMBERS,
    "account.add_member": frozenset({"admin", "owner"}),
    "account.remove_member": frozenset({"admin", "owner"}),
    "account.step_up": SIGNED_IN,
    "account.send_step_up": frozenset({"link"}),
    "account.confirm_step_up": frozenset({"link"}),
    "account.change_contact": OFFICE | MEMBERS,
    "account.request_change": OFFICE | MEMBERS,
    "account.type_change_code": OFFICE | MEMBERS,
    "account.confirm_change": OFFICE | MEMBERS,
    # staff accounts and codes
    "organizer.users_list": ADMIN,
    "organizer.new_user": ADMIN,
    "organizer.add_user": ADMIN,
    "organizer.renew_setup_link": ADMIN,
    "organizer.lock_user": ADMIN,
    "organizer.unlock_user": ADMIN,
    "organizer.end_sessions": ADMIN,
    "organizer.remove_role": ADMIN,
    "organizer.code_to_read_out": frozenset({"admin", "officer"}),
    "organizer.read_out_code": frozenset({"admin", "officer"}),
    "organizer.read_out_change_code": frozenset({"admin", "officer"}),
    # public
    "public.home": ANYONE,
}

# Parameters that name no object: a step, a file of the program.
CONSTANTS = {
    "filename": "css/base.css",
    "number": 1,
    "step_name": "lien-he",
}

# What a form has to carry to come as far as the policy.
BODIES: dict[str, dict[str, str]] = {
    "account.add_member": {"name": "Người mới", "email": "moi@example.org"},
    "account.request_change": {"address": "moi@example.org"},
    "account.confirm_change": {"typed": "000000"},
    "account.confirm_step_up": {"typed": "000000"},
    "organizer.read_out_code": {"called": "y"},
    "organizer.read_out_change_code": {"called": "y"},
}
