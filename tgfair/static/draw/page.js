/* The page that recomputes a draw: shows every step, and says right or wrong. */
import { Refused, check } from "./check.js";

const root = document.querySelector("[data-draw-check]");
if (root) start();

function start() {
  const button = root.querySelector("[data-draw-start]");
  button.hidden = root.querySelector("[data-draw-file]").hidden = false;
  button.addEventListener("click", async () => {
    const answer = await fetch(root.dataset.drawCheck);
    await judge(await answer.arrayBuffer());
  });
  root.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await judge(await file.arrayBuffer());
  });
}

async function judge(bytes) {
  const steps = root.querySelector("[data-draw-steps]");
  steps.replaceChildren();
  try {
    const text = decoded(bytes);
    const found = await check(text);
    say(root.dataset.right, "good");
    steps.append(...explained(found));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(`${root.dataset.wrong}: ${error.message}`, "bad");
  }
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("json", "Tệp không phải văn bản UTF-8.");
  }
}

function say(words, tone) {
  const box = element("div", words);
  box.className = `note ${tone}`;
  root.querySelector("[data-draw-verdict]").replaceChildren(box);
}

function explained({ draw, listText, listHash, seed, zones }) {
  const parts = [
    element("h2", "1. Danh sách → mã"),
    element("p", `SHA-256 của “tgfair-list-1|” và ${listText.length} ký tự của danh sách:`),
    hash(listHash),
    element("h2", "2. Mã và con số → mầm"),
    element("p", "SHA-256 của “tgfair-seed-1|mã|con số”, con số là:"),
    hash(draw.get("public")),
    element("p", "Mầm:"),
    hash(seed),
    element("h2", "3. Mầm → thứ tự"),
    element("p", "Mỗi hồ sơ và mỗi gian có SHA-256 của “tgfair-draw-1|mầm|khu|A hoặc B|mã”; xếp từ nhỏ đến lớn."),
  ];
  for (const zone of zones) {
    const list = document.createElement("ol");
    zone.lots.forEach((name, at) => {
      const got = at < zone.pairs.length ? `gian ${zone.booths[at]}` : `chờ thứ ${at - zone.pairs.length + 1}`;
      list.append(element("li", zone.booths.length > 0 ? `${name}: ${got}` : name));
    });
    parts.push(element("h3", `Khu ${zone.code}`), list);
  }
  return parts;
}

function hash(text) {
  const line = element("p", text);
  line.className = "hash";
  return line;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
