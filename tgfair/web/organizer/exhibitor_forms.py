"""Forms of the directory: an exhibitor, a product, a certificate."""

from __future__ import annotations

from datetime import date

from wtforms import HiddenField, SelectField, TextAreaField, validators
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # -- the stubs are older
    SelectChoice,
)

from tgfair.core.calendar_text import parse_vn_date, vn_date
from tgfair.core.phone import display_phone
from tgfair.core.taxcode import mask_tax_code
from tgfair.documents.reference_data import load_taxonomy
from tgfair.models.exhibitor import Exhibitor, ExhibitorKind
from tgfair.models.product import Certificate, Product
from tgfair.services.exhibitors import LIMITS, ExhibitorData
from tgfair.services.products import ISSUER_LEVELS, CertificateData, ProductData
from tgfair.services.queries.exhibitors import all_communes
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.labels import label

DAY_HINT = "Ghi như 18/06/2026."


class ExhibitorForm(BaseForm):
    """The record of a subject; `version` is the one the page was made from."""

    name = CleanStringField(
        "Tên chủ thể",
        [
            validators.InputRequired("Hãy ghi tên chủ thể."),
            validators.Length(max=LIMITS["name"], message="Tên dài nhất 200 chữ."),
        ],
    )
    kind = SelectField(
        "Loại hình",
        choices=[SelectChoice(kind.value, label(kind)) for kind in ExhibitorKind],
    )
    tax_code = CleanStringField(
        "Mã số thuế",
        [validators.Optional()],
        description="10 số, 13 số nếu là đơn vị phụ thuộc, hoặc số định danh 12 số của hộ.",
    )
    representative = CleanStringField("Người đại diện", [validators.Optional()])
    honorific = SelectField(
        "Xưng hô",
        [validators.Optional()],
        choices=[SelectChoice(text, text or "Không ghi") for text in ("", "Ông", "Bà")],
    )
    representative_title = CleanStringField("Chức vụ", [validators.Optional()])
    phones = CleanStringField(
        "Điện thoại di động",
        [validators.Optional()],
        description="Nhiều số thì cách nhau bằng dấu phẩy, số chính ghi trước.",
    )
    email = CleanStringField("Thư điện tử", [validators.Optional()])
    address = CleanStringField("Địa chỉ", [validators.Optional()])
    unit_new = SelectField("Xã, phường hiện nay", [validators.Optional()])
    version = HiddenField(default="0")

    def offer(self, known: Exhibitor | None = None) -> None:
        """Fill the lists to choose from, with what the record holds already."""
        communes = all_communes()
        self.unit_new.choices = [
            SelectChoice("", "Theo địa chỉ"),
            *(SelectChoice(code, name) for code, name in communes),
        ]
        if known and known.honorific not in {None, "Ông", "Bà"}:
            held = str(known.honorific)
            self.honorific.choices = [
                *(SelectChoice(text, text or "Không ghi") for text in ("", "Ông", "Bà", held))
            ]

    def show(self, row: Exhibitor) -> None:
        """Fill the form from a record; a personal ID stays masked."""
        others = [number for number in (row.other_phones or "").split(", ") if number]
        phones = [row.phone, *others] if row.phone else others
        self.name.data = row.name
        self.kind.data = row.kind.value
        self.tax_code.data = mask_tax_code(row.tax_code) if row.tax_code else ""
        self.representative.data = row.representative or ""
        self.honorific.data = row.honorific or ""
        self.representative_title.data = row.representative_title or ""
        self.phones.data = ", ".join(display_phone(number) for number in phones)
        self.email.data = row.email or ""
        self.address.data = row.address or ""
        self.unit_new.data = row.unit_new or ""
        self.version.data = str(row.version)

    def to_request(self) -> ExhibitorData:
        """Return what was typed."""
        return ExhibitorData(
            name=self.name.data or "",
            kind=ExhibitorKind(self.kind.data),
            tax_code=self.tax_code.data or "",
            representative=self.representative.data or "",
            honorific=self.honorific.data or "",
            representative_title=self.representative_title.data or "",
            phones=self.phones.data or "",
            email=self.email.data or "",
            address=self.address.data or "",
            unit_new=self.unit_new.data or "",
        )

    @property
    def seen_version(self) -> int:
        """The version the page was made from; 0 when somebody tampered with it."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 -- fits


class ProductForm(BaseForm):
    """A product."""

    name = CleanStringField("Tên sản phẩm", [validators.InputRequired("Hãy ghi tên sản phẩm.")])
    group = SelectField("Nhóm sản phẩm", [validators.Optional()])
    set = SelectField("Phân nhóm", [validators.Optional()])
    note = TextAreaField("Ghi chú", [validators.Optional()])

    def offer(self) -> None:
        """Fill the lists to choose from."""
        taxonomy = load_taxonomy()
        self.group.choices = [
            SelectChoice("", "Chưa rõ"),
            *(SelectChoice(key, text) for key, text in taxonomy.groups.items()),
        ]
        self.set.choices = [
            SelectChoice("", "Chưa rõ"),
            *(
                SelectChoice(one.key, f"{one.label} ({taxonomy.groups[one.group]})")
                for one in taxonomy.sets
            ),
        ]

    def show(self, row: Product) -> None:
        """Fill the form from a product."""
        self.name.data, self.note.data = row.name, row.note or ""
        self.group.data, self.set.data = row.group or "", row.set or ""

    def to_request(self) -> ProductData:
        """Return what was typed."""
        return ProductData(
            name=self.name.data or "",
            group=self.group.data or "",
            set=self.set.data or "",
            note=self.note.data or "",
        )


class CertificateForm(BaseForm):
    """A certificate of a product."""

    stars = SelectField("Hạng sao", choices=[SelectChoice(str(n), f"{n} sao") for n in (3, 4, 5)])
    decision_no = CleanStringField(
        "Số quyết định", [validators.Optional()], description="Ví dụ 1942/QĐ-UBND."
    )
    issuer = CleanStringField("Cơ quan cấp", [validators.Optional()])
    issuer_level = SelectField(
        "Cấp công nhận",
        [validators.Optional()],
        choices=[
            SelectChoice("", "Chưa rõ"),
            *(SelectChoice(key, text) for key, text in ISSUER_LEVELS.items()),
        ],
    )
    issued_on = CleanStringField("Ngày cấp", [validators.Optional()], description=DAY_HINT)
    expires_on = CleanStringField(
        "Ngày hết hạn",
        [validators.Optional()],
        description="Bỏ trống thì tính 36 tháng từ ngày cấp.",
    )

    def show(self, row: Certificate) -> None:
        """Fill the form from a certificate; a computed last day stays empty."""
        self.stars.data = str(row.stars or 3)
        self.decision_no.data, self.issuer.data = row.decision_no or "", row.issuer or ""
        self.issuer_level.data = row.issuer_level or ""
        self.issued_on.data = vn_date(row.issued_on) if row.issued_on else ""
        given = row.expires_on if row.expires_from != "computed" else None
        self.expires_on.data = vn_date(given) if given else ""

    def to_request(self) -> CertificateData:
        """Return what was typed.

        Raises:
            InvalidError: a day that does not exist.
        """
        return CertificateData(
            stars=int(self.stars.data or 0),
            decision_no=self.decision_no.data or "",
            issuer=self.issuer.data or "",
            issuer_level=self.issuer_level.data or "",
            issued_on=_day(self.issued_on.data, "issued_on"),
            expires_on=_day(self.expires_on.data, "expires_on"),
        )


def _day(text: str | None, field: str) -> date | None:
    return parse_vn_date(text, field=field) if text else None
