"""Who gets through each door: endpoint -> relations to the object (see `world.RELATIONS`).

A new route has to be entered here; the test of `url_map` says so when it is not.
"""

from __future__ import annotations

from typing import Any

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
        "device",
        "other device",
        "other exhibitor",
        "other link",
        "other reviewer",
        "other organiser",
        "other officer",
    }
)
SIGNED_IN = ANYONE - {"anonymous", "device", "other device"}
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
# A phone asks about its own fair; these addresses name no other.
DEVICE = frozenset({"device"})
MEMBERS = frozenset({"owner", "staff"})
SUBJECT = MEMBERS | {"link"}
# Who may read an application, and who may fill it in.
READS = TEAM | SUBJECT | {"reviewer", "officer"}
FILES = TEAM | SUBJECT | {"officer"}

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
    "public.privacy": ANYONE,
    "public.fair_page": ANYONE,
    "public.booths": ANYONE,
    "public.booth": ANYONE,
    "public.plan": ANYONE,
    "public.results": ANYONE,
    "public.fair_calendar": ANYONE,
    # gate
    "gate.app": ANYONE,
    "gate.pairing": ANYONE,
    "api.pair": ANYONE,
    "api.health": DEVICE,
    "api.search": DEVICE,
    "api.take_scans": DEVICE,
    # demo (exists in tests and in the demo only)
    "demo.mailbox_page": ANYONE,
    "demo.mail_page": ANYONE,
    "demo.mail_html": ANYONE,
    # producers
    "exhibitor.invitation": ANYONE,
    "exhibitor.start": ANYONE,
    "exhibitor.not_mine": ANYONE,
    "exhibitor.mine": ANYONE,
    "exhibitor.find": ANYONE,
    "exhibitor.door": ANYONE,
    "exhibitor.register": ACCOUNT,
    "exhibitor.start_own": FILES,
    "exhibitor.rsvp": READS,
    "exhibitor.answer": FILES,
    "exhibitor.status": READS,
    "exhibitor.resume": READS,
    "exhibitor.sent": READS,
    "exhibitor.step": READS,
    "exhibitor.save_step": FILES,
    "exhibitor.autosave": FILES,
    "exhibitor.files": READS,
    "exhibitor.upload": READS,  # each file is refused by itself, with its sentence
    "exhibitor.file": READS,
    "exhibitor.delete_file": FILES,
    "exhibitor.check": READS,
    "exhibitor.send": FILES,
    "exhibitor.reopen": FILES,
    "exhibitor.ask_withdraw": READS,
    "exhibitor.withdraw": TEAM | {"owner"},
    # staff
    "organizer.home": CADRES,
    "organizer.demo_clock": CADRES,
    "organizer.move_demo_clock": CADRES,
    "organizer.fair_list": CADRES,
    "organizer.on_behalf": CADRES,
    "organizer.start_on_behalf": TEAM | {"officer"},
    "organizer.job_page": ADMIN,
    "organizer.stop_job": ADMIN,
    # invitations
    "organizer.invitations_list": TEAM,
    "organizer.invite_form": TEAM,
    "organizer.invite": TEAM,
    "organizer.remind": TEAM,
    "organizer.invitation_letters": TEAM,
    "organizer.invitation_page": TEAM,
    "organizer.renew_invitation": TEAM,
    "organizer.revoke_invitation": TEAM,
    # messages
    "organizer.messages_page": TEAM,
    "organizer.message_page": TEAM,
    "organizer.message_html": TEAM,
    "organizer.mark_call": TEAM,
    "organizer.retry_message": TEAM,
    "organizer.send_messages": TEAM,
    "organizer.cancel_messages": TEAM,
    # booths
    "organizer.allocation": TEAM,
    "organizer.assign": TEAM,
    "organizer.release": TEAM,
    "organizer.move": TEAM,
    "organizer.swap": TEAM,
    "organizer.publish_page": TEAM,
    "organizer.publish": TEAM,
}

# Parameters that name no object: a step, a file of the program.
CONSTANTS: dict[str, str | int] = {
    "filename": "css/base.css",
    "gate.pairing:code": "ABCD-EFGH",  # looking at the page uses no code up
    "number": 1,
    "step_name": "contact",
}

# What a form has to carry to come as far as the policy.
BODIES: dict[str, dict[str, Any]] = {
    "api.pair": {"code": "ABCDEFGH", "name": "Máy của Lan"},
    "api.take_scans": {"scans": []},
    "exhibitor.upload": {"business_reg": (b"no picture", "anh.jpg")},
    "organizer.mark_call": {"outcome": "reached"},
    "account.add_member": {"name": "Người mới", "email": "moi@example.org"},
    "account.request_change": {"address": "moi@example.org"},
    "account.confirm_change": {"typed": "000000"},
    "account.confirm_step_up": {"typed": "000000"},
    "organizer.read_out_code": {"called": "y"},
    "organizer.read_out_change_code": {"called": "y"},
}
