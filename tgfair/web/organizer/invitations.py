"""Invite, letters, call list, reminders."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request

from tgfair.core.errors import TgfairError
from tgfair.core.vietnamese import sort_key
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import invitations, letters
from tgfair.services.queries import invitations as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import LABELS, commune_name
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.pagination import asked_page

PAGE_SIZE = 50


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.INVITE, fair)
    return fair


def _list_url(slug: str) -> str:
    return f"/ql/{slug}/giay-moi"


def _ids() -> list[int]:
    """Read the ticked rows; what is not a small whole number is no row of ours."""
    return [int(text) for text in request.form.getlist("id") if text.isascii() and _short(text)]


def _short(text: str) -> bool:
    return text.isdigit() and len(text) < len("2147483647")


@bp.get("/ql/<slug>/giay-moi")
@audience(Audience.STAFF)
def invitations_list(slug: str) -> str:
    """Show who was invited and how each stands."""
    fair = _fair(slug)
    every = queries.invitation_lines(
        actor(), fair, commune=request.args.get("xa", ""), q=request.args.get("q", "")[:100]
    )
    chosen = request.args.get("tt", "")
    lines = [line for line in every if not chosen or line.standing == chosen]
    page = asked_page(len(lines), PAGE_SIZE)
    return render_template(
        "organizer/invitations.html",
        lines=lines[page.rows],
        page=page,
        every=every,
        chips=_chips(slug, every, chosen),
        by_commune=_by_commune(every),
        communes_options=_commune_options(),
        left=len(queries.to_invite(actor(), fair, queries.Candidates())),
        standings=queries.STANDINGS,
        **fair_frame(fair),
    )


def _chips(slug: str, every: list[queries.InvitationLine], chosen: str) -> list[dict[str, Any]]:
    kept = {key: request.args[key] for key in ("xa", "q") if request.args.get(key)}
    chips = [
        {
            "label": "Tất cả",
            "url": f"{_list_url(slug)}?{urlencode(kept)}",
            "count": len(every),
            "current": not chosen,
        }
    ]
    for standing, label in queries.STANDINGS.items():
        count = sum(line.standing == standing for line in every)
        if count or standing == chosen:
            url = f"{_list_url(slug)}?{urlencode({**kept, 'tt': standing})}"
            chips.append(
                {"label": label, "url": url, "count": count, "current": standing == chosen}
            )
    return chips


def _by_commune(every: list[queries.InvitationLine]) -> list[dict[str, Any]]:
    """Count answered, opened and silent for each commune."""
    table: dict[str, dict[str, Any]] = {}
    for line in every:
        row = table.setdefault(
            line.unit or "", {"unit": line.unit, "all": 0, "answered": 0, "opened": 0, "silent": 0}
        )
        row["all"] += 1
        if line.standing in {"answered", "declined", "not_mine"}:
            row["answered"] += 1
        elif line.standing in {"opened", "draft"}:
            row["opened"] += 1
        elif line.standing == "silent":
            row["silent"] += 1
    return sorted(table.values(), key=lambda row: (-row["silent"], row["unit"] or ""))


@bp.get("/ql/<slug>/giay-moi/moi")
@audience(Audience.STAFF)
def invite_form(slug: str) -> str:
    """Choose whom to invite: everybody, or a filtered selection."""
    fair = _fair(slug)
    wanted = _wanted(request.args)
    found = queries.to_invite(actor(), fair, wanted)
    page = asked_page(len(found), PAGE_SIZE)
    return render_template(
        "organizer/invite.html",
        found=found,
        page=page,
        wanted=wanted,
        communes_options=_commune_options(),
        kinds=list(LABELS[ExhibitorKind].items()),
        without_mail=sum(not exhibitor.email for exhibitor in found),
        **fair_frame(fair),
    )


def _wanted(source: Any) -> queries.Candidates:
    kind = source.get("loai", "")
    return queries.Candidates(
        commune=source.get("xa", "")[:8],
        kind=kind if kind in set(ExhibitorKind) else "",
        group=source.get("nhom", "")[:24],
        stars=source.get("sao", "")[:1],
        email=source.get("thu", "")[:8],
        q=source.get("q", "")[:100],
    )


@bp.post("/ql/<slug>/giay-moi/moi")
@audience(Audience.STAFF)
def invite(slug: str) -> Any:
    """Invite all that the filter finds, or the ticked ones."""
    fair = _fair(slug)
    if request.form.get("scope") == "all":
        found = queries.to_invite(actor(), fair, _wanted(request.form))
        ids = [exhibitor.id for exhibitor in found]
    else:
        ids = _ids()
    try:
        mailed, called = invitations.invite(actor(), fair.id, ids, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(f"{_list_url(slug)}/moi", code=303)
    flash(
        f"Đã mời {mailed + called} chủ thể: {mailed} qua thư điện tử, {called} cần gọi.", "success"
    )
    return redirect(_list_url(slug), code=303)


@bp.post("/ql/<slug>/giay-moi/in")
@audience(Audience.STAFF)
def invitation_letters(slug: str) -> Any:
    """Make the letters of the ticked invitations, or of all."""
    fair = _fair(slug)
    ids = _ids()
    if request.form.get("scope") == "all":
        ids = [line.id for line in queries.invitation_lines(actor(), fair)]
    try:
        pdf = letters.make_letters(actor(), fair, ids, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(_list_url(slug), code=303)
    name = f"giay-moi-{fair.slug}.pdf"
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.post("/ql/<slug>/giay-moi/nhac")
@audience(Audience.STAFF)
def remind(slug: str) -> Any:
    """Remind everybody who has not answered."""
    fair = _fair(slug)
    try:
        mailed, called = invitations.remind_silent(actor(), fair.id, now=now())
        flash(f"Đã nhắc {mailed} chủ thể qua thư, {called} chủ thể vào danh sách gọi.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return redirect(_list_url(slug), code=303)


@bp.post("/ql/<slug>/giay-moi/<int:invitation_id>/thu-hoi")
@audience(Audience.STAFF)
def revoke_invitation(slug: str, invitation_id: int) -> Any:
    """Make one personal link useless."""
    _fair(slug)
    name = invitations.revoke(actor(), invitation_id, now=now())
    flash(f"Đã thu hồi đường dẫn của {name}.", "success")
    return redirect(_list_url(slug), code=303)


@bp.post("/ql/<slug>/giay-moi/<int:invitation_id>/gui-lai")
@audience(Audience.STAFF)
def renew_invitation(slug: str, invitation_id: int) -> Any:
    """Replace one personal link by a new one and send it."""
    _fair(slug)
    name, mailed = invitations.renew(actor(), invitation_id, now=now())
    how = "đã gửi qua thư" if mailed else "hãy gọi, đã có trong danh sách gọi"
    flash(f"Đường dẫn mới cho {name}: {how}. Đường dẫn cũ không dùng được nữa.", "success")
    return redirect(_list_url(slug), code=303)


@bp.get("/ql/<slug>/giay-moi/<int:invitation_id>")
@audience(Audience.STAFF)
def invitation_page(slug: str, invitation_id: int) -> str:
    """Show one invitation: its link to copy, the Zalo text, revoke and renew."""
    fair = _fair(slug)
    line = queries.one_line(actor(), fair, invitation_id)
    return render_template(
        "organizer/invitation.html",
        line=line,
        standings=queries.STANDINGS,
        zalo=queries.zalo_text(fair, line),
        **fair_frame(fair),
    )


def _commune_options() -> list[tuple[str, str]]:
    options = [(code, commune_name(code)) for code in queries.communes(actor())]
    return sorted(options, key=lambda option: sort_key(option[1]))
