// Before the doors open: can this phone do what the gate needs, and how does it stand?

import { signal } from "./feedback.js";
import { t } from "./language.js";
import { writeMeta, readMeta } from "./store.js";
import { readToken } from "./token.js";

// A badge signed with a key that everybody knows: it opens no gate and shows that checking works.
const KNOWN_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const KNOWN_BADGE =
  "TG1:V50%*0TK404DGWLV9U7U0PXLP$63:2ITDTU5PNF-FE/ZQ$YJ9UMN:R0I8WVQT6WKO1A5D$-H95U8ZUKHG6-QAX768HQ+ALBVCR2SJU:ZD-8KOU29DE4CV33H";
const CLOCK_TOLERANCE_MS = 2 * 60 * 1000;
const LIST_AMBER_MS = 30 * 60 * 1000;

// Each test says what it found; `good` null means: look for yourself.
const TESTS = [
  ["Camera", camera],
  ["Tiếng và rung", sound],
  ["Bộ nhớ", storage],
  ["Đồng hồ", clock],
  ["Kiểm tra chữ ký", signature],
  ["Danh sách thẻ", list],
  ["Mở được khi mất mạng", shell],
  ["Lượt chờ gửi", queue],
];

export async function selfTest(station, gateCamera, queued) {
  const rows = document.getElementById("test-list");
  rows.replaceChildren();
  for (const [name, test] of TESTS) {
    const item = document.createElement("li");
    const title = document.createElement("b");
    title.textContent = t(name);
    item.append(title);
    rows.append(item);
    const [good, said] = await test(station, gateCamera, queued).catch(() => [false, "Không chạy được."]);
    item.dataset.good = String(good);
    item.append(" ", t(said));
  }
  document.getElementById("test-done").hidden = false;
}

async function camera(_station, gateCamera) {
  if (gateCamera.isRunning) return [true, "Đang chạy."];
  if (!navigator.mediaDevices?.getUserMedia) return [false, "Trang phải mở bằng địa chỉ https:// thì mới dùng được camera."];
  const stream = await navigator.mediaDevices.getUserMedia({ video: true }).catch(() => null);
  for (const track of stream?.getTracks() ?? []) track.stop();
  return stream ? [true, "Dùng được."] : [false, "Chưa cho phép dùng camera."];
}

async function sound() {
  signal("green");
  return [null, "Có nghe hai tiếng bíp không? Nếu không, tăng âm lượng và tắt chế độ im lặng."];
}

async function storage() {
  const mark = crypto.randomUUID();
  await writeMeta("self-test", mark);
  if ((await readMeta("self-test")) !== mark) return [false, "Máy không ghi được. Đổi máy khác."];
  const kept = await navigator.storage?.persist?.();
  return kept
    ? [true, "Ghi được, hệ thống sẽ không tự xóa."]
    : [null, "Ghi được. Hãy thêm trang vào màn hình chính để hệ thống không tự xóa."];
}

async function clock(station) {
  const minutes = Math.round(Math.abs(station.clock.offset) / 60000);
  const good = Math.abs(station.clock.offset) < CLOCK_TOLERANCE_MS;
  return good ? [true, "Đúng giờ."] : [false, `Lệch ${minutes} phút. Vào Cài đặt, bật “Ngày giờ tự động”.`];
}

async function signature(station) {
  const key = Uint8Array.from(KNOWN_KEY.match(/../g), (byte) => parseInt(byte, 16));
  const ring = new Map([[1, key]]);
  const good = await readToken(KNOWN_BADGE, ring, 7);
  const bad = await readToken(KNOWN_BADGE.replace("V50", "V51"), ring, 7);
  if (good.refused || !bad.refused) return [false, "Máy này kiểm tra sai. Đổi máy khác."];
  const count = station.keyring.size;
  return count ? [true, `Đúng. Máy có ${count} khóa của hội chợ.`] : [false, "Máy chưa có khóa của hội chợ. Cần mạng một lần."];
}

async function list(station) {
  const age = station.list.age(Date.now());
  if (!station.list.version) return [false, "Chưa tải được. Cần mạng một lần."];
  const minutes = Math.round(age / 60000);
  return [age < LIST_AMBER_MS, `${station.list.badges.length} thẻ, bản số ${station.list.version}, cập nhật ${minutes} phút trước.`];
}

async function shell() {
  const registration = await navigator.serviceWorker?.getRegistration(document.body.dataset.home);
  return registration?.active ? [true, "Được."] : [false, "Chưa. Đợi một phút khi còn mạng rồi thử lại."];
}

async function queue(_station, _camera, queued) {
  return queued ? [null, `Chờ gửi ${queued}`] : [true, "Đã gửi hết"];
}
