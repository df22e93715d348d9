"""Words of the import pages: what each field is called, and its values as people read them."""

from __future__ import annotations

from tgfair.documents.reference_data import load_taxonomy
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.services.products import ISSUER_LEVELS
from tgfair.web.labels import commune_name, label

FIELD_WORDS = {
    "name": "Tên",
    "kind": "Loại hình",
    "tax_code": "Mã số thuế",
    "representative": "Người đại diện",
    "honorific": "Xưng hô",
    "representative_title": "Chức vụ",
    "phone": "Điện thoại",
    "other_phones": "Điện thoại khác",
    "email": "Thư điện tử",
    "address": "Địa chỉ",
    "unit_old": "Xã cũ (trước 7/2025)",
    "unit_new": "Xã, phường",
    "group": "Nhóm",
    "set": "Phân nhóm",
    "note": "Ghi chú",
    "stars": "Hạng sao",
    "decision_no": "Số quyết định",
    "issuer": "Cơ quan cấp",
    "issued_on": "Ngày cấp",
    "expires_on": "Ngày hết hạn",
    "revoked": "Đã thu hồi",
    "product_new": "Sản phẩm mới",
    "certificate_new": "Giấy chứng nhận mới",
}
KIND_WORDS = {"new": "Chủ thể mới", "changed": "Sửa", "kept": "Giữ số liệu của cơ sở"}
COUNT_WORDS = (
    ("subjects_new", "chủ thể mới"),
    ("subjects_changed", "chủ thể sửa"),
    ("subjects_same", "chủ thể giữ nguyên"),
    ("products_new", "sản phẩm mới"),
    ("products_changed", "sản phẩm sửa"),
    ("products_same", "sản phẩm giữ nguyên"),
)


def field_word(field: str) -> str:
    """Return what a field is called."""
    return FIELD_WORDS.get(field, field)


def value_word(field: str, value: str) -> str:
    """Return a value as a person reads it."""
    if not value:
        return ""
    if field == "kind":
        return label(ExhibitorKind(value))
    if field == "unit_new":
        return commune_name(value)
    if field in {"phone", "other_phones"}:
        return value.replace("+84", "0")
    taxonomy = load_taxonomy()
    sets = {one.key: one.label for one in taxonomy.sets}
    return {**taxonomy.groups, **sets, **ISSUER_LEVELS}.get(value, value)
