// One scan from the card to the verdict: stored first, then sent, then shown.

import { signal } from "./feedback.js";
import { addScan } from "./store.js";
import * as view from "./view.js";
import * as words from "./words.js";

const SAME_CODE_MS = 3000;
const ANSWER_MS = 4000;
const UNDO_SECONDS = 10;
const SHOWN_MS = 30000;

export class Scanning {
  constructor(outbox, direction) {
    this.outbox = outbox;
    this.direction = direction;
    this.last = null;
    this.seen = { text: null, at: -Infinity };
    this.running = 0;
    this.tail = Promise.resolve();
    this.waiting = new Map();
    this.stored = new Set();
  }

  // A code held before the camera counts once: its three seconds begin anew at each sighting.
  see(text) {
    if (this.#isNew(text) && !this.running) this.#scan({ text, mode: "qr" });
  }

  // A code typed or chosen, or sent by a USB scanner: waits its turn and is never dropped.
  enter(text, mode) {
    if (this.#isNew(text)) this.#scan({ text, mode });
  }

  override(reason) {
    const { text, mode, direction } = this.last;
    this.#scan({ text, mode, direction, override: true, reason });
  }

  undo() {
    const last = this.last;
    if (!last || last.undone || performance.now() - last.mono > UNDO_SECONDS * 1000) return;
    last.undone = true;
    this.seen.text = null;
    view.showUndo(0);
    this.#scan({ text: last.text, mode: last.mode, direction: last.direction, cancels: last.id });
  }

  next() {
    clearTimeout(this.hiding);
    view.hideVerdict();
  }

  // The outbox got an answer: for the scan on the screen, or for one kept from before.
  answered(result) {
    const resolve = this.waiting.get(result.id);
    this.waiting.delete(result.id);
    if (resolve) return resolve(result);
    if (!this.stored.delete(result.id)) return;
    const verdict = result.verdict ?? words.QUARANTINED;
    const colour = result.verdict?.colour ?? "red";
    view.updateRecent(result.id, colour, verdict);
    if (result.id === this.last?.id && view.hasVerdict()) {
      view.showVerdict(colour, verdict);
      signal(colour);
    }
  }

  #isNew(text) {
    const now = performance.now();
    const isSame = text === this.seen.text && now - this.seen.at < SAME_CODE_MS;
    this.seen = { text, at: now };
    return !isSame;
  }

  #scan(given) {
    const scan = blank(this.direction(), given);
    this.running += 1;
    this.tail = this.tail.then(() => this.#run(scan)).finally(() => (this.running -= 1));
  }

  async #run(scan) {
    let record = null;
    try {
      record = await addScan(scan);
    } catch {
      view.showBanner("storage", words.STORAGE_FULL);
      return signal("red");
    }
    await this.#deliver(record);
  }

  async #deliver(record) {
    const answer = new Promise((resolve) => this.waiting.set(record.id, resolve));
    this.outbox.flush();
    const result = await Promise.race([answer, after(ANSWER_MS), this.#broken()]);
    if (!result) {
      this.waiting.delete(record.id);
      this.stored.add(record.id);
    }
    if (record.cancels) this.#showUndone(result);
    else this.#show(record, result);
  }

  // Resolves as soon as the network is known to be away, so that nobody waits for the clock.
  #broken() {
    return new Promise((resolve) => (this.offline = () => resolve(null)));
  }

  #show(record, result) {
    const verdict = result ? (result.verdict ?? words.QUARANTINED) : words.SAVED;
    const colour = result ? (result.verdict?.colour ?? "red") : "saved";
    this.last = { ...record, undone: false };
    view.showVerdict(colour, verdict);
    view.addRecent(record, colour, verdict);
    view.showInputNote("");
    signal(colour);
    this.#countDown(record.id, colour);
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.next(), SHOWN_MS);
  }

  #showUndone(result) {
    this.next();
    view.showInputNote(result ? words.UNDONE : words.UNDO_SAVED);
    signal("saved");
  }

  // Only who was let in can be taken back: amber and red count nobody.
  #countDown(id, colour) {
    clearInterval(this.counting);
    if (colour === "amber" || colour === "red") return view.showUndo(0);
    const tick = () => {
      const isCurrent = this.last.id === id && !this.last.undone;
      const left = UNDO_SECONDS - Math.floor((performance.now() - this.last.mono) / 1000);
      view.showUndo(isCurrent ? left : 0);
      if (!isCurrent || left <= 0) clearInterval(this.counting);
    };
    this.counting = setInterval(tick, 250);
    tick();
  }
}

function blank(direction, given) {
  return {
    id: randomId(),
    direction,
    wall: new Date().toISOString(),
    mono: Math.round(performance.now()),
    override: false,
    reason: null,
    cancels: null,
    ...given,
  };
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const after = (ms) => new Promise((resolve) => setTimeout(() => resolve(null), ms));
