// Every sentence that the gate's script shows; the page itself and the rules hold the rest.

export const KINDS = [
  "Thẻ gian hàng",
  "Thẻ thi công",
  "Ban Tổ chức",
  "Đại biểu",
  "Báo chí",
  "An ninh – PCCC",
  "Y tế",
  "Tình nguyện",
  "Thẻ xe",
];
export const NOBODY = { name: "", organisation: "", booth: "", kind_label: "" };
export const UNDONE = "Đã hủy lượt vừa rồi.";
export const UNDONE_TITLE = "ĐÃ HỦY LƯỢT";
export const DENIED = "Đã ghi: không cho vào. Thẻ chưa bị tính là đã vào.";
export const DENIED_TITLE = "KHÔNG CHO VÀO";
export const ALL_SENT = "Đã gửi hết";
export const OFFLINE = "Mất mạng: vẫn quét được. Lượt quét lưu trong máy, có mạng sẽ tự gửi.";
export const NEXT_INPUT_HINT = "Mã chưa đúng: 8 ký tự in ngay dưới ô QR. Xem và gõ lại.";
export const TOO_MANY_CODES = "Gõ sai quá nhiều mã. Đợi một phút, hoặc tìm theo tên.";
export const NO_MATCH = "Không tìm thấy. Thử tên khác, hoặc chỉ sang bàn Ban Tổ chức.";
export const STORAGE_FULL =
  "Máy không lưu được lượt quét: bộ nhớ đầy, hoặc đang mở ở chế độ ẩn danh. Lượt vừa rồi KHÔNG được ghi. Đổi sang máy khác.";
export const DECODER_BROKEN =
  "Máy này không chạy được bộ đọc mã. Hãy gõ mã 8 ký tự hoặc tìm tên; nếu có máy khác, hãy đổi máy.";
export const UNPAIRED = "Máy này không còn được ghép với cổng. Xin mã ghép mới ở bàn Ban Tổ chức.";
export const PAIR_OFFLINE = "Chưa kết nối được máy chủ. Kiểm tra mạng rồi bấm lại.";
export const PHOTO_EMPTY = "Không thấy ô QR trong ảnh. Chụp gần hơn, hoặc gõ mã 8 ký tự.";
export const STILL_QUEUED = "Còn lượt chưa gửi, chưa bỏ ghép được. Đợi có mạng rồi bấm lại.";
export const NO_LIST = "Máy chưa tải được danh sách thẻ. Chỉ đọc được chữ ký; cần mạng một lần.";
export const LIST_PROBLEMS = {
  older: "Máy chủ đưa danh sách thẻ cũ hơn danh sách trong máy. Máy vẫn dùng danh sách mới hơn. Báo bàn Ban Tổ chức.",
  code: "Danh sách thẻ tải về đã bị sửa trên đường. Máy vẫn dùng danh sách cũ. Báo bàn Ban Tổ chức.",
  bucket: "Danh sách thẻ tải về không trọn. Máy sẽ tải lại.",
};
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
export const serverSays = (detail) => `Máy chủ vừa báo: ${detail}`;
export const serverSaysLater = (title, detail) => `Máy chủ báo về lượt trước: ${title}. ${detail}`;
export const listAge = (minutes) =>
  minutes < 60 ? `Danh sách thẻ đã cũ ${minutes} phút.` : `Danh sách thẻ đã cũ ${Math.floor(minutes / 60)} giờ.`;
export const FOREIGN_FILM = "Mã này không phải của máy cùng hội chợ, hoặc danh sách của hai máy khác nhau.";
export const receiving = (seen, total) => `Đang nhận từ máy bên cạnh: ${seen}/${total}. Giữ nguyên máy.`;
export const received = (count, gate) => `Đã nhận ${count} lượt của cổng ${gate}. Thẻ đã vào bên đó sẽ hiện vàng ở đây.`;
export const showing = (count) => `${count} lượt hôm nay của máy này. Mở camera quét ở máy kia, đưa vào màn hình này.`;
export const inspected = (booth) => `Đã ghi tình trạng gian ${booth}.`;
export const refusedInspections = (booths) => `Chưa ghi được: không có gian ${booths} trong sơ đồ đã công bố.`;
export const keptInspections = (count) => `${count} lần kiểm gian đang giữ trong máy.`;
