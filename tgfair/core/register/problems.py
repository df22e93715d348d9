"""The problem codes of an import, how bad each is, and its sentence."""

from __future__ import annotations

SENTENCES = {
    "tax_code_checksum": "Mã số thuế “{value}” sai một chữ số. Hãy so lại với giấy đăng ký.",
    "tax_code_length": "Mã số thuế “{value}” không đủ 10, 12 hoặc 13 số.",
    "tax_code_characters": "Mã số thuế “{value}” có ký tự không phải chữ số.",
    "tax_code_kind": "“{value}” là số định danh cá nhân, không dùng cho loại hình này.",
    "phone_invalid": "“{value}” không phải số điện thoại di động Việt Nam.",
    "email_invalid": "“{value}” không phải địa chỉ thư điện tử.",
    "date_invalid": "“{value}” không phải ngày có thật. Hãy ghi dạng ngày/tháng/năm.",
    "expiry_before_issue": "Ngày hết hạn {value} trước ngày cấp. Tạm tính 36 tháng từ ngày cấp.",
    "expiry_not_36_months": "Ngày hết hạn {value} quá 36 tháng. Tạm tính 36 tháng từ ngày cấp.",
    "stars_missing": "Chưa ghi hạng sao.",
    "stars_invalid": "“{value}” không phải hạng sao OCOP (3, 4 hoặc 5 sao).",
    "group_missing": "Chưa ghi nhóm sản phẩm.",
    "group_unknown": "Không có nhóm sản phẩm “{value}”.",
    "name_missing": "Hàng này chưa ghi tên chủ thể, nên các sản phẩm ở đây chưa nhập được.",
    "product_missing": "Hàng này chưa ghi tên sản phẩm.",
    "tax_code_is_personal_id": "Đây là số định danh cá nhân. Hãy kiểm tra lại, không công khai.",
    "tax_code_zero_restored": "Đã thêm lại số 0 ở đầu mà bảng tính làm mất. Hãy kiểm tra.",
    "date_without_day": "“{value}” không ghi ngày. Tạm lấy ngày đầu tiên.",
    "unit_unknown": "Không tìm thấy xã, phường trong địa chỉ “{value}”.",
    "unit_ambiguous": "Có nhiều xã, phường cùng tên. Hãy ghi thêm huyện vào “{value}”.",
    "duplicate_subject": "Trùng mã số thuế với chủ thể {same_as}. Đã gộp các sản phẩm.",
    "possible_duplicate": "Có thể là chủ thể {same_as}: trùng tên và điện thoại.",
    "duplicate_product": "Sản phẩm này đã có ở hàng {same_as_row}, chỉ tính một lần.",
    "certificate_revoked": "Giấy chứng nhận đã bị thu hồi.",
    "text_like_formula": "Ô này giống một công thức. Chỉ giữ lại như chữ.",
    "text_too_long": "Nội dung dài quá, chỉ giữ phần đầu: “{value}”.",
    "formula_without_value": "Công thức chưa có kết quả. Hãy mở tệp bằng Excel rồi lưu lại.",
}
_WARNINGS = frozenset(
    {
        "tax_code_is_personal_id",
        "tax_code_zero_restored",
        "date_without_day",
        "unit_unknown",
        "unit_ambiguous",
        "duplicate_subject",
        "possible_duplicate",
        "duplicate_product",
        "certificate_revoked",
        "text_like_formula",
        "text_too_long",
        "formula_without_value",
    }
)
SEVERITIES = {code: "warning" if code in _WARNINGS else "error" for code in SENTENCES}
