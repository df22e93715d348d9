"""Products and certificates of an exhibitor, edited by the staff."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from tgfair.core.errors import InvalidError
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.product import Certificate, Product
from tgfair.policy import Action, require
from tgfair.services import products as service
from tgfair.services.queries.exhibitor_page import exhibitor_of_staff
from tgfair.web.forms import beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.exhibitor_forms import CertificateForm, ProductForm

NEW = "moi"


def _exhibitor(public_id: str) -> Exhibitor:
    row = exhibitor_of_staff(actor(), public_id)
    require(actor(), Action.EDIT_EXHIBITOR, row)
    return row


def _product(row: Exhibitor, product_id: str) -> Product:
    found = next((one for one in row.products if one.public_id == product_id), None)
    return found or abort(404)


def _certificate(product: Product, text: str) -> Certificate | None:
    """Return the certificate that the address names; None for a new one."""
    if text == NEW:
        return None
    found = next((one for one in product.certificates if str(one.id) == text), None)
    return found or abort(404)


def _back(public_id: str) -> Any:
    return redirect(url_for("organizer.exhibitor", public_id=public_id), code=303)


@bp.get("/ql/chu-the/<public_id>/san-pham/<product_id>")
@audience(Audience.STAFF)
def product_form(public_id: str, product_id: str) -> str:
    """Show a product to change, or an empty form (`moi`)."""
    row, form = _exhibitor(public_id), ProductForm()
    form.offer()
    if product_id != NEW:
        form.show(_product(row, product_id))
    return render_template("organizer/product_form.html", row=row, form=form)


@bp.post("/ql/chu-the/<public_id>/san-pham/<product_id>")
@audience(Audience.STAFF)
def save_product(public_id: str, product_id: str) -> Any:
    """Save a product."""
    row, form = _exhibitor(public_id), ProductForm(request.form)
    form.offer()
    if form.validate():
        try:
            known = None if product_id == NEW else product_id
            key = str(form.idempotency_key.data or "")
            service.save_product(actor(), public_id, known, form.to_request(), key=key, now=now())
            flash("Đã lưu sản phẩm.", "success")
            return _back(public_id)
        except InvalidError as error:
            beside(form, error)
    return render_template("organizer/product_form.html", row=row, form=form), 400


@bp.get("/ql/chu-the/<public_id>/san-pham/<product_id>/gcn/<certificate>")
@audience(Audience.STAFF)
def certificate_form(public_id: str, product_id: str, certificate: str) -> str:
    """Show a certificate to change, or an empty form (`moi`)."""
    row, form = _exhibitor(public_id), CertificateForm()
    product = _product(row, product_id)
    known = _certificate(product, certificate)
    if known is not None:
        form.show(known)
    return render_template(
        "organizer/certificate_form.html", row=row, product=product, form=form, known=known
    )


@bp.post("/ql/chu-the/<public_id>/san-pham/<product_id>/gcn/<certificate>")
@audience(Audience.STAFF)
def save_certificate(public_id: str, product_id: str, certificate: str) -> Any:
    """Save a certificate."""
    row, form = _exhibitor(public_id), CertificateForm(request.form)
    product = _product(row, product_id)
    known = _certificate(product, certificate)
    if form.validate():
        try:
            number = known.id if known else None
            key = str(form.idempotency_key.data or "")
            service.save_certificate(
                actor(), public_id, product_id, number, form.to_request(), key=key, now=now()
            )
            flash("Đã lưu giấy chứng nhận.", "success")
            return _back(public_id)
        except InvalidError as error:
            beside(form, error)
    return render_template(
        "organizer/certificate_form.html", row=row, product=product, form=form, known=known
    ), 400


@bp.post("/ql/chu-the/<public_id>/san-pham/<product_id>/gcn/<int:certificate>/thu-hoi")
@audience(Audience.STAFF)
def revoke_certificate(public_id: str, product_id: str, certificate: int) -> Any:
    """Mark a certificate as revoked, or as in force again."""
    revoked = request.form.get("revoked") == "1"
    service.set_certificate_revoked(
        actor(), public_id, product_id, certificate, revoked=revoked, now=now()
    )
    flash("Đã ghi thu hồi." if revoked else "Đã bỏ ghi thu hồi.", "success")
    return _back(public_id)
