// The gate page: pairing, scanning, typing, and the state of the phone.

import { Refused, pair } from "./api.js";
import { Camera } from "./camera.js";
import * as feedback from "./feedback.js";
import { bringFilms } from "./films.js";
import { Inspecting, boothOf } from "./inspecting.js";
import { installable, keepShell } from "./install.js";
import { changeLanguage, chooseLanguage } from "./language.js";
import { Outbox } from "./outbox.js";
import { Scanning } from "./scanning.js";
import { looksLikeCode, parseShortCode } from "./short-code.js";
import { Station } from "./station.js";
import { addFilm, clearDevice, readStart, readStation, waitingScans, writeMeta } from "./store.js";
import * as view from "./view.js";
import * as words from "./words.js";

const HEARTBEAT_MS = 15000;
const FIRST_BEAT_MS = 1000;
const CLOCK_TOLERANCE_MS = 2 * 60 * 1000;
const LIST_AMBER_MS = 30 * 60 * 1000;
const LIST_LOUD_MS = 12 * 3600 * 1000;
const TYPING_MS = 150;
const TIDY_MS = 60000;
const FRAME = "TGX:"; // of another phone's film

const element = (id) => document.getElementById(id);
const isTyped = matchMedia("(pointer: fine)").matches;

let station = null;
let outbox = null;
let scanning = null;
let camera = null;
let receiver = null;
let inspecting = null;
let film = null;
let lens = null;
let queued = 0;
let beating = null;

function begin() {
  const kept = readStation(); // long: asked for at once, waited for by the first scan
  kept.catch(() => {});
  element("zalo").hidden = !/zalo/i.test(navigator.userAgent);
  listen();
  readStart().then(
    async ({ device, language, lens: chosen }) => {
      await chooseLanguage(language);
      lens = chosen;
      return device && !pairingCode() ? openGate(device, kept) : showPairing();
    },
    () => {
      showPairing();
      view.showBanner("storage", words.STORAGE_FULL);
    },
  );
  // The reader of codes is large: it loads while the list opens.
  camera = new Camera(element("video"), {
    text: seen,
    photo: (text) => (text === null ? view.showInputNote(words.PHOTO_EMPTY) : enter(text, "qr")),
    broken: () => view.showBanner("decoder", words.DECODER_BROKEN),
    ready: keepShell,
    rests: () => scanning?.isRunning ?? false, // a picture taken now would only delay the verdict
  });
}

// A badge, the sign of a booth, or the film of the phone beside.
function seen(text) {
  if (!station) return;
  const booth = boothOf(text);
  if (booth) inspecting.ask(booth);
  else if (text.startsWith(FRAME)) receive(text);
  else scanning.see(text);
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
    await clearDevice();
    await writeMeta("device", paired);
    const offset = Math.round(Date.parse(paired.server_time) - Date.now());
    await writeMeta("clock", { offset, shift: paired.shift });
    // The used code must not stay in the address: a reload would ask for it again.
    history.replaceState(null, "", document.body.dataset.home);
    document.body.dataset.pairingCode = "";
    await openGate(paired, readStation());
  } catch (error) {
    note.textContent = error instanceof Refused ? error.message : words.PAIR_OFFLINE;
  }
}

async function openGate(device, kept) {
  station = new Station(device);
  const opening = station.open(kept);
  outbox = new Outbox(device.token, { answered, changed: queueChanged, offline, unpaired });
  const direction = () => document.querySelector("[name=direction]:checked").value;
  scanning = new Scanning(station, outbox, direction);
  receiver = null;
  inspecting = new Inspecting(station, element("inspect"));
  view.showDevice(device);
  view.showScreen("gate");
  await opening;
  view.showCounts(station);
  showListState();
  if (isTyped) element("entry").focus();
  // Whoever has a list is about to scan: the first verdict comes before news.
  setTimeout(heartbeat, station.list.version ? FIRST_BEAT_MS : 0);
}

const answered = (result) => scanning.answered(result);

function queueChanged(counts) {
  queued = counts.waiting;
  view.showQueue(counts);
}

function offline() {
  element("queue").dataset.reach = "offline";
  view.showBanner("offline", words.OFFLINE);
  showListState();
}

function reached() {
  element("queue").dataset.reach = "online";
  view.showBanner("offline", "");
  const off = Math.abs(station.clock.offset);
  view.showBanner("clock", off > CLOCK_TOLERANCE_MS ? words.clockOff(Math.round(off / 60000)) : "");
}

function showListState(problem = "") {
  const age = station.list.age(Date.now());
  const isOld = age > LIST_AMBER_MS;
  const text = station.list.version ? (isOld ? words.listAge(Math.round(age / 60000)) : "") : words.NO_LIST;
  view.showBanner("list", text);
  const banner = document.querySelector("[data-subject=list]");
  if (banner) banner.dataset.loud = String(age > LIST_LOUD_MS);
  view.showBanner("list-problem", words.LIST_PROBLEMS[problem] ?? "");
  view.showCounts(station);
}

function unpaired() {
  camera?.stop();
  showPairing(words.UNPAIRED);
}

// One at a time: what the phone owes, what it says of itself, what changed in the list.
function heartbeat() {
  beating ??= beatOnce().finally(() => (beating = null));
  return beating;
}

async function beatOnce() {
  if (!station || element("gate").hidden) return;
  try {
    await outbox.flush();
    let answer = await station.beat(queued);
    while (answer.more) answer = await station.beat(queued);
    reached();
    await outbox.retryParked();
    await inspecting.flush();
    await bringFilms(station.device.token);
    showListState(await station.refreshList());
    if (answer.missing.length) await outbox.flush();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) unpaired();
    else offline();
  }
}

async function startCamera() {
  const starting = camera.start(lens);
  feedback.unlock();
  navigator.storage?.persist?.();
  try {
    await starting;
  } catch (error) {
    if (error.message === "missing" && lens) {
      await chooseLens(null);
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
  const ids = (await camera.lenses()).map((one) => one.deviceId);
  await chooseLens(ids[(ids.indexOf(camera.lens) + 1) % ids.length]);
  startCamera();
}

function chooseLens(id) {
  lens = id;
  return writeMeta("lens", id);
}

function submitEntry(event) {
  event.preventDefault();
  feedback.unlock();
  // Not trimmed: a token from a USB scanner may hold blanks anywhere.
  const text = element("entry").value;
  if (!text.trim()) return scanning.next();
  const start = text.indexOf("TG1:"); // behind what stood in the field before
  if (start >= 0) return enter(text.slice(start), "qr");
  if (boothOf(text)) {
    element("entry").value = "";
    return inspecting.ask(boothOf(text));
  }
  const code = parseShortCode(text);
  if (code && (looksLikeCode(text) || !text.trim().includes(" "))) return enter(code, "code");
  if (looksLikeCode(text)) view.showInputNote(words.NEXT_INPUT_HINT);
  else if (findName()) return;
  // No badge and nobody's name: the verdict on the one before goes, the next scan writes over this.
  scanning.next();
  element("entry").select();
  feedback.signal("red");
}

function enter(text, mode) {
  element("entry").value = "";
  view.showResults([]);
  view.showInputNote("");
  scanning.enter(text, mode);
}

// Gives how many of that name there are.
function findName() {
  const query = element("entry").value.trim();
  const isName = query.length >= 2 && !looksLikeCode(query) && !query.startsWith("TG1:");
  const results = isName ? station.list.search(query) : [];
  view.showResults(results, (code) => enter(code, "name"));
  if (isName) view.showInputNote(results.length ? "" : words.NO_MATCH);
  return results.length;
}

// The other phone's film is before the camera: no badge, but what that gate has seen.
async function receive(text) {
  if (!station?.list.version) return;
  receiver ??= import("./exchange.js").then(({ Receiver }) => new Receiver(station));
  const got = await (await receiver).add(text);
  if (!got) return;
  if (got.foreign) return view.showBanner("exchange", words.FOREIGN_FILM);
  if (!got.passages) return got.seen < got.total && view.showBanner("exchange", words.receiving(got.seen, got.total));
  await addFilm({ id: got.film.slice(-32), film: got.film });
  await station.learn(got.passages);
  view.showBanner("exchange", words.received(got.passages.length, got.gate));
  view.showCounts(station);
  feedback.signal("saved");
}

async function showFilm() {
  if (!station.list.version) return view.showInputNote(words.NO_LIST);
  const own = station.ownPassages();
  const [{ framesOf }, { Film }] = await Promise.all([import("./exchange.js"), import("./film.js")]);
  film ??= new Film(element("film"));
  await film.play(await framesOf(own, station));
  view.showFilm(own.length);
}

async function unpair() {
  await heartbeat();
  if ((await waitingScans()).length) return view.showInputNote(words.STILL_QUEUED);
  await clearDevice();
  camera?.stop();
  station = null;
  showPairing();
}

function keyPressed(event) {
  if (element("gate").hidden || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") scanning.undo();
  // A USB scanner types into whatever has the focus; its characters belong to the one field.
  const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  const isField = event.target.closest?.("input, select, textarea");
  const isPress = event.key === " " && event.target.closest?.("button, summary");
  if (isText && !isField && !isPress) element("entry").focus();
}

// A dialog of reasons; the chosen one, if any, goes to `use`.
function askReason(id, use) {
  const dialog = element(id);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue) use(dialog.returnValue);
    dialog.returnValue = "";
  });
  return () => dialog.showModal();
}

function listenToCamera() {
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
}

function listenToVerdict() {
  element("next").addEventListener("click", () => scanning.next());
  element("undo").addEventListener("click", () => scanning.undo());
  element("override").addEventListener("click", askReason("why", (reason) => scanning.override(reason)));
  // Enter in the note must not choose the first state.
  element("inspect-note").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  element("inspect").addEventListener("close", ({ target }) => {
    inspecting.close(target.returnValue);
    target.returnValue = "";
  });
  element("deny").addEventListener("click", askReason("why-not", (reason) => scanning.undo(reason)));
}

function listenToMenu() {
  element("send-now").addEventListener("click", async () => {
    await heartbeat();
    await outbox.retryParked(true);
  });
  element("unpair").addEventListener("click", unpair);
  element("language").addEventListener("click", changeLanguage);
  element("self-test").addEventListener("click", async () => {
    feedback.unlock();
    view.showScreen("test");
    const { selfTest } = await import("./self-test.js");
    selfTest(station, camera, queued);
  });
  element("exchange").addEventListener("click", showFilm);
  element("film-back").addEventListener("click", () => {
    film.stop();
    view.showScreen("gate");
  });
  element("test-back").addEventListener("click", () => view.showScreen("gate"));
  installable(element("install"));
}

function listen() {
  let typing = 0;
  element("pair-form").addEventListener("submit", pairNow);
  listenToCamera();
  listenToVerdict();
  listenToMenu();
  element("entry-form").addEventListener("submit", submitEntry);
  element("entry").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(findName, TYPING_MS);
  });
  document.addEventListener("keydown", keyPressed);
  addEventListener("online", heartbeat);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      heartbeat();
      if (camera?.isRunning) feedback.stayAwake();
    }
  });
  addEventListener("beforeunload", (event) => queued && event.preventDefault());
  setInterval(heartbeat, HEARTBEAT_MS);
  setTimeout(() => station?.tidy(), TIDY_MS);
}

begin();
