// Every sentence that the gate's script shows; the page itself holds the rest.

export const SAVED = {
  title: "CHƯA KIỂM TRA ĐƯỢC",
  detail: "Mất mạng: đã lưu trong máy, sẽ tự gửi. Xem tên trên thẻ rồi quyết định.",
};
export const QUARANTINED = {
  title: "MÁY CHỦ KHÔNG NHẬN",
  detail: "Lượt này được giữ trong máy. Báo bàn Ban Tổ chức.",
};
export const UNDONE = "Đã hủy lượt vừa rồi.";
export const UNDO_SAVED = "Mất mạng: việc hủy đã lưu trong máy, sẽ tự gửi.";
export const ALL_SENT = "Đã gửi hết";
export const NEXT_INPUT_HINT = "Mã chưa đúng: 8 ký tự in ngay dưới ô QR. Xem và gõ lại.";
export const NO_MATCH = "Không tìm thấy. Thử tên khác, hoặc chỉ sang bàn Ban Tổ chức.";
export const SEARCH_OFFLINE = "Mất mạng: chưa tìm tên được. Vẫn quét thẻ và gõ mã 8 ký tự được.";
export const STORAGE_FULL =
  "Máy không lưu được lượt quét: bộ nhớ đầy, hoặc đang mở ở chế độ ẩn danh. Lượt vừa rồi KHÔNG được ghi. Đổi sang máy khác.";
export const DECODER_BROKEN =
  "Máy này không chạy được bộ đọc mã. Hãy gõ mã 8 ký tự hoặc tìm tên; nếu có máy khác, hãy đổi máy.";
export const UNPAIRED = "Máy này không còn được ghép với cổng. Xin mã ghép mới ở bàn Ban Tổ chức.";
export const PAIR_OFFLINE = "Chưa kết nối được máy chủ. Kiểm tra mạng rồi bấm lại.";
export const PHOTO_EMPTY = "Không thấy ô QR trong ảnh. Chụp gần hơn, hoặc gõ mã 8 ký tự.";
export const STILL_QUEUED = "Còn lượt chưa gửi, chưa bỏ ghép được. Đợi có mạng rồi bấm lại.";
export const CAMERA = {
  denied: "Chưa cho phép dùng camera.",
  missing: "Máy này không có camera, hoặc ứng dụng khác đang dùng camera.",
  insecure: "Trang phải mở bằng địa chỉ https:// thì mới dùng được camera.",
};

export const waiting = (count) => `Chờ gửi ${count}`;
export const undoLabel = (seconds) => `Hủy lượt này (còn ${seconds} giây)`;
export const clockOff = (minutes) =>
  `Đồng hồ máy lệch ${minutes} phút. Vào Cài đặt, bật “Ngày giờ tự động”.`;
export const parkedCount = (count) => `${count} lượt máy chủ không nhận, đang giữ trong máy.`;
