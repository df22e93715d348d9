"""One public function for each thing that a person or a job asks for.

Each opens its own transaction (`services.uow`), checks the policy on the freshly loaded row,
decides in `core`, writes, and queues the mails owed. Services call other services downwards only.
"""

from __future__ import annotations

# Every other function takes the actor first and asks the policy; the architecture tests see to it.
# "module.function" -> why this one may do without.
JOB_FUNCTIONS: dict[str, str] = {
    "accounts.check_sign_in_link": "nobody is signed in yet; the token is the proof",
    "accounts.demo_sign_in_links": "command line of the demo; refuses elsewhere",
    "accounts.request_sign_in": "nobody is signed in yet",
    "accounts.sign_in_with_code": "nobody is signed in yet; the code is the proof",
    "accounts.sign_in_with_link": "nobody is signed in yet; the token is the proof",
    "accounts.sign_in_with_phone": "nobody is signed in yet; the code is the proof",
    "badge_print_jobs.draw_sheets": "the worker; the right was asked when the job was queued",
    "badge_jobs.issue_owed": "the worker; the right was asked when the job was queued",
    "contact.request_step_up": "the actor's own session and contact on record only",
    "contact.step_up": "the actor's own session only",
    "gates.actor_for_device": "finds out which phone asks; its token is the proof",
    "gates.pair": "a phone that nobody knows yet; the code is the proof",
    "keys.ensure_key": "part of issuing a badge, whose services ask; a key alone opens nothing",
    "one_time_codes.try_code": "counts a try of the functions that sign in and confirm",
    "staff_sign_in.complete_staff_setup": "nobody is signed in yet; the token is the proof",
    "staff_sign_in.sign_in_with_password": "nobody is signed in yet; password and TOTP prove it",
    "staff_sign_in.staff_setup": "nobody is signed in yet; the token is the proof",
    "audit_chain.seal_audit": "the worker; adds digests, changes nothing else",
    "audit_chain.verify_audit": "command line; reads only",
    "mail_batches.compose": "the worker; reads what it is about to send",
    "outbox.deliver_due": "the worker; an actor queued or released the message",
    "hotline.hotline": "a number that every page shows",
    "holds.sweep_holds": "the worker; a hold ends by its own time",
    "bulletin_digests.send_digests": "the worker; the subject asked for the digest",
    "notice_runs.run_notices": "the worker; an organiser put the notice on the timetable",
    "jobs.run_due": "the worker; a job was asked for by an actor when it was queued",
    "personal_links.read_invitation": "nobody is signed in yet; the link is the proof",
    "personal_links.report_not_mine": "nobody is signed in yet; the link is the proof",
    "short_messages.deliver_short": "the worker; an actor let the messages go",
    "sessions.actor_for": "finds out who the actor is",
    "sessions.end_own_session": "the actor's own sessions only",
    "sessions.sign_out": "the actor's own session only",
    "sessions.sign_out_everywhere": "the actor's own sessions only",
    "settings.mark_demo_database": "command line of the demo; only into an empty database",
    "settings.is_demo_database": "command line; a yes or no",
    "settings.demo_clock_offset": "a number that the demo shows to everybody",
    "slot_waiting.sweep_slots": "the worker; who waits asked for the place",
    "waitlist_rounds.sweep_offers": "the worker; an organiser opened the list, time ends offers",
    "bounces.take_in": "a mail that came back; the Message-ID of a mail of ours is the proof",
    "campaign_jobs.write_messages": "the worker; the right was asked when the job was queued",
    "stopping.address_of_token": "nobody is signed in; the link in the mail is the proof",
    "stopping.stop_news": "nobody is signed in; the link in the mail is the proof",
    "stopping.stopped": "a yes or no about addresses that the caller knows",
    "stopping.take_news_again": "nobody is signed in; the link in the mail is the proof",
    "users.create_first_admin": "command line; refuses when there is an administrator",
    "users.count_users": "command line; a number",
}
