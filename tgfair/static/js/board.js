/* Keys of the review pages (ux.md 2.4). Each only goes where a click could; nothing is decided by one key. The list of
   keys (the dialog) can switch them off, which this browser remembers (WCAG 2.1.4). */
const STORE = "tgfair.keys";
const ROOMS = { h: "/ho-so", s: "/so-do", x: "/xep" };
const BULK = { d: "approve", b: "return", c: "waitlist", t: "reject" };
const CONTROLS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export function start(board) {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const on = dialog.querySelector("[data-keys-on]");
  const rows = [...board.querySelectorAll("tbody tr:has(th a)")];
  let waiting = false;

  function current() {
    return rows.findIndex((row) => row.contains(document.activeElement) || row.hasAttribute("aria-current"));
  }
  function go(step) {
    if (rows.length === 0) {
      board.ownerDocument.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
      return;
    }
    const at = current();
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows.forEach((row) => row.toggleAttribute("aria-current", row === next));
    next.querySelector("th a").focus();
  }
  function pick() {
    rows[current()]?.querySelector(".pick")?.click();
  }
  function decide(key) {
    const button = board.querySelector(`.bulk button[value=${BULK[key]}]`);
    if (!button) return reveal(key);
    if (!board.querySelector(".pick:checked, #scope-all:checked")) pick();
    if (board.querySelector(".pick:checked, #scope-all:checked")) button.click();
  }
  function reveal(key) {
    const target = board.querySelector(`[data-key=${key}]`);
    if (target?.tagName === "SUMMARY") target.parentElement.open = true;
    target?.focus();
  }
  function note() {
    const link = rows[current()]?.querySelector("th a");
    if (link) location.href = `${link.href}#note`;
    else reveal("n");
  }
  const acts = {
    j: () => go(1),
    k: () => go(-1),
    x: pick,
    n: note,
    "/": () => document.getElementById("f-q")?.focus(),
    "?": () => dialog.showModal(),
    g: () => {
      waiting = true;
      setTimeout(() => (waiting = false), 1500);
    },
  };
  Object.keys(BULK).forEach((key) => (acts[key] = () => decide(key)));

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(CONTROLS) || dialog.open) return;
    if (!on.checked && event.key !== "?") return;
    const room = waiting && ROOMS[event.key];
    waiting = false;
    if (room) location.href = board.dataset.boardPath + room;
    else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  }

  try {
    on.checked = localStorage.getItem(STORE) !== "off";
  } catch {
    /* storage may be closed: keys stay on */
  }
  on.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, on.checked ? "on" : "off");
    } catch {
      /* not remembered, still off on this page */
    }
  });
  const button = document.querySelector("[data-keys-open]");
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  addEventListener("keydown", press);
}
