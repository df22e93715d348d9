// What is on the screen. No rule of the gate lives here.

import { t } from "./language.js";
import { OVERRIDABLE } from "./rules.js";
import * as words from "./words.js";

const RECENT = 10;

const element = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("vi-VN");

export function showScreen(name) {
  for (const screen of document.querySelectorAll("[data-screen]")) {
    screen.hidden = screen.dataset.screen !== name;
  }
}

export function showDevice(device) {
  element("fair-name").textContent = device.fair_name;
  element("gate-label").textContent = device.gate_label;
  element("day-label").textContent = device.day_label;
  document.title = `${device.gate_label} – ${device.fair_name}`;
}

export function showBooth(label, holder) {
  element("inspect-booth").textContent = label;
  element("inspect-holder").textContent = holder;
}

export function showFilm(count) {
  element("film-note").textContent = t(words.showing(count));
  showScreen("film");
}

export function showCounts({ inside, capacity, expected }) {
  element("counter").textContent = `${number.format(inside)}/${number.format(capacity ?? expected)}`;
  element("counter").dataset.full = String(capacity !== null && inside >= capacity);
}

export function showQueue({ waiting, parked }) {
  const state = element("queue");
  state.textContent = t(waiting ? words.waiting(waiting) : words.ALL_SENT);
  state.dataset.state = waiting ? "waiting" : "sent";
  showBanner("parked", parked ? words.parkedCount(parked) : "");
}

// One banner for each subject; an empty text takes it away.
export function showBanner(subject, text) {
  const list = element("banners");
  let banner = list.querySelector(`[data-subject="${subject}"]`);
  if (!text) return banner?.remove();
  if (!banner) {
    banner = document.createElement("p");
    banner.className = "banner";
    banner.dataset.subject = subject;
    list.append(banner);
  }
  if (banner.textContent !== t(text)) banner.textContent = t(text);
}

// `scan` is the id of the scan judged, for whoever looks on.
export function showVerdict(colour, verdict, who, scan) {
  const card = element("verdict");
  card.hidden = false;
  card.dataset.colour = colour;
  card.dataset.code = verdict.code;
  element("verdict-band").textContent = t(verdict.attention ?? "");
  element("verdict-title").textContent = t(verdict.title);
  element("verdict-detail").textContent = t(verdict.detail);
  element("verdict-name").textContent = who.name;
  element("verdict-who").textContent = [who.organisation, t(who.kind_label)].filter(Boolean).join(" · ");
  element("verdict-plate").textContent = who.booth;
  element("verdict-plate").hidden = !who.booth;
  element("override").hidden = !OVERRIDABLE.includes(verdict.code);
  document.body.classList.add("has-verdict");
  card.scrollTop = 0;
  card.dataset.scan = scan;
}

export const hasVerdict = () => !element("verdict").hidden;

export function hideVerdict() {
  element("verdict").hidden = true;
  document.body.classList.remove("has-verdict");
}

export function showUndo(seconds) {
  element("undo").hidden = seconds <= 0;
  element("undo").textContent = t(words.undoLabel(seconds));
}

export function showDeny(visible) {
  element("deny").hidden = !visible;
}

export function addRecent(record, colour, verdict, who) {
  const item = document.createElement("li");
  item.id = `recent-${record.id}`;
  const time = document.createElement("time");
  time.dateTime = record.wall;
  time.textContent = new Date(record.wall).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  item.append(time, " ", document.createElement("b"), " ", who.name || who.organisation);
  element("recent-list").prepend(item);
  updateRecent(record.id, colour, verdict);
  while (element("recent-list").children.length > RECENT) element("recent-list").lastChild.remove();
  element("recent").hidden = false;
}

export function updateRecent(id, colour, verdict) {
  const item = element(`recent-${id}`);
  if (!item) return;
  item.dataset.colour = colour;
  item.querySelector("b").textContent = t(verdict.title);
}

export function showResults(results, choose) {
  const list = element("results");
  list.replaceChildren(...results.map((result) => resultItem(result, choose)));
  list.hidden = results.length === 0;
}

export function showInputNote(text) {
  element("input-note").textContent = t(text);
}

function resultItem(badge, choose) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const name = document.createElement("b");
  name.textContent = badge.name || badge.organisation;
  const who = document.createElement("span");
  who.textContent = [badge.organisation, t(words.KINDS[badge.kind] ?? "")].filter(Boolean).join(" · ");
  button.append(name, who);
  if (badge.booth) {
    const plate = document.createElement("span");
    plate.className = "plate";
    plate.textContent = badge.booth;
    button.append(plate);
  }
  button.addEventListener("click", () => choose(badge.short_code));
  item.append(button);
  return item;
}
