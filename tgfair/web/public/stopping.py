"""No more news for many to this address: one click in the mail program, or a button here."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from tgfair.models.delivery import SuppressionReason
from tgfair.services import stopping
from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp


@bp.get("/ngung-nhan/<token>")
@audience(Audience.PUBLIC)
def stop_page(token: str) -> str:
    """Ask, or say that it was done; what opens every link of a mail changes nothing."""
    address = stopping.address_of_token(token)
    done = bool(stopping.stopped([address], SuppressionReason.UNSUBSCRIBED))
    return render_template("public/stop.html", token=token, address=address, stopped=done)


@bp.post("/ngung-nhan/<token>")
@audience(Audience.PUBLIC, link_is_proof=True)
def stop_news(token: str) -> Any:
    """Stop; a mail program gets a bare answer, a person a page."""
    address = stopping.stop_news(token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("OK\n", mimetype="text/plain")
    return render_template("public/stop.html", token=token, address=address, stopped=True)


@bp.post("/ngung-nhan/<token>/nhan-lai")
@audience(Audience.PUBLIC)
def take_news_again(token: str) -> str:
    """Take news again."""
    address = stopping.take_news_again(token)
    return render_template("public/stop.html", token=token, address=address, stopped=None)
