// The gate page: pairing, scanning, typing, and the state of the phone.

import { Refused, health, pair, search } from "./api.js";
import { Camera } from "./camera.js";
import * as feedback from "./feedback.js";
import { Outbox } from "./outbox.js";
import { Scanning } from "./scanning.js";
import { looksLikeCode, parseShortCode } from "./short-code.js";
import { allScans, clearDevice, readMeta, writeMeta } from "./store.js";
import * as view from "./view.js";
import * as words from "./words.js";

const HEARTBEAT_MS = 15000;
const CLOCK_TOLERANCE_MS = 2 * 60 * 1000;
const TYPING_MS = 250;

const element = (id) => document.getElementById(id);
const isTyped = matchMedia("(pointer: fine)").matches;

let device = null;
let outbox = null;
let scanning = null;
let camera = null;
let waitingScans = 0;
let searches = 0;

function begin() {
  element("zalo").hidden = !/zalo/i.test(navigator.userAgent);
  listen();
  readMeta("device").then(
    (stored) => (stored && !pairingCode() ? openGate(stored) : showPairing()),
    () => {
      showPairing();
      view.showBanner("storage", words.STORAGE_FULL);
    },
  );
}

const pairingCode = () => document.body.dataset.pairingCode;

function showPairing(note = "") {
  element("pair-code").value ||= pairingCode();
  element("pair-note").textContent = note;
  view.showScreen("pair");
}

async function pairNow(event) {
  event.preventDefault();
  const note = element("pair-note");
  note.textContent = "";
  try {
    const paired = await pair(element("pair-code").value.trim(), element("pair-name").value.trim());
    await writeMeta("device", paired);
    // The used code must not stay in the address: a reload would ask for it again.
    history.replaceState(null, "", document.body.dataset.home);
    document.body.dataset.pairingCode = "";
    openGate(paired);
  } catch (error) {
    note.textContent = error instanceof Refused ? error.message : words.PAIR_OFFLINE;
  }
}

function openGate(paired) {
  device = paired;
  outbox = new Outbox(device.token, { answered, changed: queueChanged, offline, unpaired });
  scanning = new Scanning(outbox, () => document.querySelector("[name=direction]:checked").value);
  view.showDevice(device);
  view.showScreen("gate");
  if (isTyped) element("entry").focus();
  outbox.flush();
  heartbeat();
}

function answered(result, answer) {
  if (answer) reached(answer);
  scanning.answered(result);
}

function queueChanged(counts) {
  waitingScans = counts.waiting;
  view.showQueue(counts);
}

function offline() {
  element("queue").dataset.reach = "offline";
  view.showBanner("offline", waitingScans ? words.SAVED.detail.split(". ")[0] + "." : "");
  scanning.offline?.();
}

function reached(answer) {
  element("queue").dataset.reach = "online";
  view.showBanner("offline", "");
  view.showCounts(answer);
  const off = Math.abs(Date.now() - Date.parse(answer.server_time));
  view.showBanner("clock", off > CLOCK_TOLERANCE_MS ? words.clockOff(Math.round(off / 60000)) : "");
}

function unpaired() {
  scanning.offline?.();
  camera?.stop();
  showPairing(words.UNPAIRED);
}

async function heartbeat() {
  if (!device || element("gate").hidden) return;
  outbox.flush();
  try {
    reached(await health(device.token));
  } catch (error) {
    if (error instanceof Refused && error.status === 401) unpaired();
    else if (!(error instanceof Refused)) offline();
  }
}

async function startCamera(lens) {
  feedback.unlock();
  navigator.storage?.persist?.();
  camera ??= new Camera(element("video"), {
    text: (text) => scanning.see(text),
    photo: (text) => (text === null ? view.showInputNote(words.PHOTO_EMPTY) : enter(text, "qr")),
    broken: () => view.showBanner("decoder", words.DECODER_BROKEN),
  });
  try {
    await camera.start(lens ?? (await readMeta("lens")));
  } catch (error) {
    if (error.message === "missing" && !lens && (await readMeta("lens"))) {
      await writeMeta("lens", null);
      return startCamera();
    }
    element("camera-problem").textContent = words.CAMERA[error.message];
    element("camera-help").hidden = false;
    return;
  }
  element("start").hidden = true;
  element("camera-help").hidden = true;
  element("stage").classList.add("is-live");
  element("torch").hidden = !camera.hasTorch;
  element("lens").hidden = (await camera.lenses()).length < 2;
}

async function nextLens() {
  const ids = (await camera.lenses()).map((lens) => lens.deviceId);
  const id = ids[(ids.indexOf(camera.lens) + 1) % ids.length];
  await writeMeta("lens", id);
  startCamera(id);
}

function submitEntry(event) {
  event.preventDefault();
  feedback.unlock();
  // Not trimmed: a token from a USB scanner may hold blanks anywhere.
  const text = element("entry").value;
  if (!text.trim()) return scanning.next();
  if (text.startsWith("TG1:")) return enter(text, "qr");
  const code = parseShortCode(text);
  if (code && (looksLikeCode(text) || !text.trim().includes(" "))) return enter(code, "code");
  if (looksLikeCode(text)) return view.showInputNote(words.NEXT_INPUT_HINT);
  findName();
}

function enter(text, mode) {
  element("entry").value = "";
  view.showResults([]);
  view.showInputNote("");
  scanning.enter(text, mode);
}

async function findName() {
  const query = element("entry").value.trim();
  const turn = ++searches;
  if (query.length < 2 || looksLikeCode(query) || query.startsWith("TG1:")) {
    return view.showResults([]);
  }
  try {
    const { results } = await search(device.token, query);
    if (turn !== searches) return;
    view.showResults(results, (code) => enter(code, "name"));
    view.showInputNote(results.length ? "" : words.NO_MATCH);
  } catch (error) {
    if (turn === searches) view.showInputNote(error instanceof Refused ? error.message : words.SEARCH_OFFLINE);
  }
}

async function unpair() {
  await outbox.flush();
  if ((await allScans()).length) return view.showInputNote(words.STILL_QUEUED);
  await clearDevice();
  camera?.stop();
  device = null;
  showPairing();
}

function keyPressed(event) {
  if (element("gate").hidden || element("why").open) return;
  if (event.key === "Escape") scanning.undo();
  // A USB scanner types into whatever has the focus; its characters belong to the one field.
  const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  const isField = event.target.closest?.("input, select, textarea");
  const isPress = event.key === " " && event.target.closest?.("button, summary");
  if (isText && !isField && !isPress) element("entry").focus();
}

function listen() {
  let typing = 0;
  element("pair-form").addEventListener("submit", pairNow);
  element("start").addEventListener("click", () => startCamera());
  element("retry-camera").addEventListener("click", () => startCamera());
  element("photo").addEventListener("change", ({ target }) => {
    if (target.files.length) camera.readPhoto(target.files[0]);
    target.value = "";
  });
  element("lens").addEventListener("click", nextLens);
  element("torch").addEventListener("click", ({ target }) => {
    const on = target.getAttribute("aria-pressed") !== "true";
    target.setAttribute("aria-pressed", String(on));
    camera.setTorch(on);
  });
  element("entry-form").addEventListener("submit", submitEntry);
  element("entry").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(findName, TYPING_MS);
  });
  element("next").addEventListener("click", () => scanning.next());
  element("undo").addEventListener("click", () => scanning.undo());
  element("override").addEventListener("click", () => element("why").showModal());
  element("why").addEventListener("close", ({ target }) => {
    if (target.returnValue) scanning.override(target.returnValue);
    target.returnValue = "";
  });
  element("send-now").addEventListener("click", heartbeat);
  element("unpair").addEventListener("click", unpair);
  document.addEventListener("keydown", keyPressed);
  addEventListener("online", heartbeat);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      heartbeat();
      if (camera?.isRunning) feedback.stayAwake();
    }
  });
  addEventListener("beforeunload", (event) => waitingScans && event.preventDefault());
  setInterval(heartbeat, HEARTBEAT_MS);
}

begin();
