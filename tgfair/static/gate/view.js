// What is on the screen. No rule of the gate lives here.

import * as words from "./words.js";

const RECENT = 10;
const OVERRIDABLE = ["already_in", "not_inside", "wrong_gate", "early", "late"];

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

export function showCounts({ inside, expected }) {
  element("counter").textContent = `${number.format(inside)}/${number.format(expected)}`;
}

export function showQueue({ waiting, parked }) {
  const state = element("queue");
  state.textContent = waiting ? words.waiting(waiting) : words.ALL_SENT;
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
  if (banner.textContent !== text) banner.textContent = text;
}

export function showVerdict(colour, verdict) {
  const card = element("verdict");
  card.hidden = false;
  card.dataset.colour = colour;
  element("verdict-title").textContent = verdict.title;
  element("verdict-detail").textContent = verdict.detail;
  element("verdict-name").textContent = verdict.name ?? "";
  element("verdict-who").textContent = [verdict.organisation, verdict.kind_label, verdict.badge_no]
    .filter(Boolean)
    .join(" · ");
  element("verdict-plate").textContent = verdict.booth ?? "";
  element("verdict-plate").hidden = !verdict.booth;
  element("override").hidden = !OVERRIDABLE.includes(verdict.code);
  document.body.classList.add("has-verdict");
  card.scrollTop = 0;
}

export const hasVerdict = () => !element("verdict").hidden;

export function hideVerdict() {
  element("verdict").hidden = true;
  document.body.classList.remove("has-verdict");
}

export function showUndo(seconds) {
  element("undo").hidden = seconds <= 0;
  element("undo").textContent = words.undoLabel(seconds);
}

export function addRecent(record, colour, verdict) {
  const item = document.createElement("li");
  item.id = `recent-${record.id}`;
  element("recent-list").prepend(item);
  fillRecent(item, new Date(record.wall), colour, verdict);
  while (element("recent-list").children.length > RECENT) element("recent-list").lastChild.remove();
  element("recent").hidden = false;
}

// A scan kept during a break in the network gets its verdict later, in its place in the list.
export function updateRecent(id, colour, verdict) {
  const item = element(`recent-${id}`);
  if (item) fillRecent(item, new Date(item.querySelector("time").dateTime), colour, verdict);
}

function fillRecent(item, at, colour, verdict) {
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  const title = document.createElement("b");
  title.textContent = verdict.title;
  item.dataset.colour = colour;
  item.replaceChildren(time, " ", title, " ", verdict.name ?? "");
}

export function showResults(results, choose) {
  const list = element("results");
  list.replaceChildren(...results.map((result) => resultItem(result, choose)));
  list.hidden = results.length === 0;
}

export function showInputNote(text) {
  element("input-note").textContent = text;
}

function resultItem(result, choose) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const name = document.createElement("b");
  name.textContent = result.name || result.organisation;
  const who = document.createElement("span");
  who.textContent = [result.organisation, result.kind_label].filter(Boolean).join(" · ");
  button.append(name, who);
  if (result.booth) {
    const plate = document.createElement("span");
    plate.className = "plate";
    plate.textContent = result.booth;
    button.append(plate);
  }
  button.addEventListener("click", () => choose(result.short_code));
  item.append(button);
  return item;
}
