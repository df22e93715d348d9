// Who is let in, when and at which gate; the same rule as tgfair/core/gate.py, held to the same
// vectors (tests/data/gate-vectors.json). Days are "2027-06-09", in Asia/Ho_Chi_Minh.

const STOP = "DỪNG LẠI";
const WAY = { in: "MỜI VÀO", out: "ĐÃ GHI RA", back: "MỜI VÀO" };
const AMBER_TITLES = {
  already_in: "ĐÃ VÀO RỒI",
  not_inside: "XEM LẠI",
  not_been_in: "XEM LẠI",
  full: "ĐÃ ĐỦ NGƯỜI",
};
export const OVERRIDABLE = ["already_in", "not_inside", "not_been_in", "full", "wrong_gate", "early", "late"];
const DELEGATE = 3;
// Organisers, security, medical: a full square does not keep them out.
const NEVER_FULL_FOR = [2, 5, 6];
const DAMAGED = ["damaged", "Mã đọc không trọn. Quét lại, hoặc gõ mã 8 ký tự dưới ô QR."];
const REFUSED = {
  prefix: ["not_a_badge", "Đây không phải mã thẻ. Tìm ô QR trên thẻ của hội chợ."],
  length: DAMAGED,
  alphabet: DAMAGED,
  overflow: DAMAGED,
  unknown_key: ["unknown_key", "Thẻ không do sự kiện này cấp, hoặc in trước khi đổi khóa. Mời đến bàn Ban Tổ chức."],
  signature: ["forged", "Chữ ký trên thẻ không đúng: thẻ giả hoặc bị sửa."],
  event: ["other_event", "Thẻ của sự kiện khác."],
  days: ["forged", "Thẻ không có ngày dùng. Mời đến bàn Ban Tổ chức."],
  unknown_code: ["unknown_code", "Không có thẻ nào mang mã này. Gõ lại, hoặc tìm theo tên."],
};

// `shown` is the payload of the badge or { refused }; `listed` { generation, revoked } or null;
// `earlier` this day's passages of the badge, oldest first; `at` { gate, day, direction, fair_days,
// override, full }.
export function judge(shown, listed, earlier, at) {
  if (shown.refused) return red(...REFUSED[shown.refused]);
  const found = isVoid(shown, listed) ?? misplaced(shown, at) ?? repeated(shown, earlier, at);
  if (found && !(at.override && OVERRIDABLE.includes(found.code))) return found;
  return letThrough(shown, listed, earlier, at, found);
}

function letThrough(shown, listed, earlier, at, against) {
  const attention = at.direction !== "out" && shown.kind === DELEGATE ? "KHÁCH MỜI – gọi lễ tân" : "";
  const green = (code, detail) => ({ colour: "green", code, title: WAY[at.direction], detail, attention });
  if (against) return green("overridden", `Cho qua theo lệnh. ${against.detail}`);
  if (at.direction === "out") return green("out", "Hẹn gặp lại.");
  if (at.direction === "back") {
    const last = earlier[earlier.length - 1];
    return green("back", `Vào lại. Lượt trước lúc ${last.at} ở cổng ${last.gate}.`);
  }
  const isNew = !listed || shown.generation > listed.generation;
  return isNew ? green("in_new", "Thẻ mới, chưa có trong danh sách.") : green("in", "");
}

function isVoid(shown, listed) {
  if (!listed) return null;
  if (listed.revoked) return red("revoked", "Thẻ đã bị hủy. Mời đến bàn Ban Tổ chức.");
  if (shown.generation < listed.generation) {
    return red("old_generation", "Thẻ này đã được cấp lại. Chỉ thẻ mới dùng được.");
  }
  return null;
}

function misplaced(shown, at) {
  // Whoever is inside may always leave, by any gate and after midnight.
  if (at.direction === "out") return null;
  const [first, last] = at.fair_days ?? [shown.first_day, addDays(shown.first_day, shown.days - 1)];
  if (at.day < first || at.day > last) {
    const days = first === last ? vnDate(first) : `${vnDate(first)} – ${vnDate(last)}`;
    return red(at.day < first ? "early" : "late", `Sai ngày. Thẻ dùng cho ${days}.`);
  }
  const gates = [1, 2, 3, 4, 5, 6, 7, 8].filter((gate) => (shown.gates >> (gate - 1)) & 1);
  if (gates.includes(at.gate)) return null;
  return red("wrong_gate", `Sai cổng. Thẻ này vào cổng ${gates.join(", ")}.`);
}

function repeated(shown, earlier, at) {
  const last = earlier[earlier.length - 1];
  const isInside = last !== undefined && last.direction !== "out";
  if (at.direction === "out") return isInside ? null : amber("not_inside", "Hôm nay chưa ghi lượt vào.");
  if (at.direction === "back") return last ? null : amber("not_been_in", "Hôm nay chưa vào lần nào.");
  if (isInside) return amber("already_in", `Đã vào lúc ${last.at} ở cổng ${last.gate}.`);
  if (at.full && !NEVER_FULL_FOR.includes(shown.kind)) {
    return amber("full", "Bên trong đã đủ người. Mời chờ có người ra.");
  }
  return null;
}

const amber = (code, detail) => ({ colour: "amber", code, title: AMBER_TITLES[code], detail, attention: "" });
const red = (code, detail) => ({ colour: "red", code, title: STOP, detail, attention: "" });

export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86400000).toISOString().slice(0, 10);
}

const vnDate = (day) => day.split("-").reverse().join("/");
