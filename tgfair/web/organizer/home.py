"""Today's work and the demo clock."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request

from tgfair.core.calendar_text import full_date, vn_datetime
from tgfair.core.errors import InvalidError
from tgfair.models.fair import FairStatus
from tgfair.services.fair_timetable import local_day
from tgfair.services.queries import today
from tgfair.services.queries.demo_clock import clock_choices, read_clock_time
from tgfair.services.queries.fairs import fairs_for_staff
from tgfair.services.settings import set_demo_clock
from tgfair.web.guards import Audience, actor, audience, config, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.work import work_items

LIVING = {FairStatus.DRAFT, FairStatus.OPEN}


@bp.get("/ql/")
@audience(Audience.STAFF)
def home() -> Any:
    """Show what needs doing today; `?in=1` to print it."""
    fairs = [fair for fair in fairs_for_staff(actor()) if fair.status in LIVING]
    work = today.work_of(actor(), fairs, now=now())
    page = "home_print.html" if request.args.get("in") else "home.html"
    return render_template(
        f"organizer/{page}",
        fairs=fairs,
        work=work_items(work),
        deadlines=today.deadlines(fairs, now=now()),
        jobs=today.running_jobs(actor()),
        register_is_empty=today.register_is_empty(),
        day=full_date(local_day(now())),
    )


@bp.get("/ql/dong-ho")
@audience(Audience.STAFF)
def demo_clock() -> Any:
    """Show the demo clock and the moments worth a look."""
    _only_in_demo()
    return render_template("organizer/demo_clock.html", choices=clock_choices(actor()), error="")


@bp.post("/ql/dong-ho")
@audience(Audience.STAFF)
def move_demo_clock() -> Any:
    """Let the demo clock stand somewhere else."""
    _only_in_demo()
    try:
        target = read_clock_time(request.form.get("day", ""))
    except InvalidError as error:
        choices = clock_choices(actor())
        page = render_template("organizer/demo_clock.html", choices=choices, error=error.sentence)
        return page, 400
    set_demo_clock(actor(), target)
    flash(f"Bây giờ bản trình diễn là {vn_datetime(target)}.", "success")
    return redirect("/ql/", code=303)


def _only_in_demo() -> None:
    if not config().demo:
        abort(404)
