// One scan from the card to the verdict: decided here, stored, shown; the server hears afterwards.

import { signal } from "./feedback.js";
import * as view from "./view.js";
import * as words from "./words.js";

const SAME_CODE_MS = 3000;
const UNDO_SECONDS = 10;
const SHOWN_MS = 30000;
const WRONG_CODES_A_MINUTE = 10;
const WORSE = { green: 0, amber: 1, red: 2 };

export class Scanning {
  // `direction()` is the way the volunteer has chosen.
  constructor(station, outbox, direction) {
    this.station = station;
    this.outbox = outbox;
    this.direction = direction;
    this.last = null;
    this.seen = { text: null, at: -Infinity };
    this.running = 0;
    this.tail = Promise.resolve();
    this.told = new Map();
    this.wrongCodes = [];
  }

  get isRunning() {
    return this.running > 0;
  }

  // A code held before the camera counts once: its three seconds begin anew at each sighting.
  see(text) {
    if (this.#isNew(text) && !this.isRunning) this.#scan({ text, mode: "qr" });
  }

  // A code typed or chosen, or sent by a USB scanner: waits its turn and is never dropped.
  enter(text, mode) {
    if (!this.#isNew(text)) return;
    if (mode === "code" && this.#isGuessing()) return view.showInputNote(words.TOO_MANY_CODES);
    this.#scan({ text, mode });
  }

  override(reason) {
    const { text, mode, direction } = this.last;
    this.#scan({ text, mode, direction, override: true, reason });
  }

  // Takes the last scan back. Within ten seconds as a slip of the hand; with a reason for as long
  // as the verdict stands: "do not admit" uses nothing up.
  undo(reason = null) {
    const last = this.last;
    if (!last || last.undone || last.colour !== "green") return;
    if (!reason && performance.now() - last.mono > UNDO_SECONDS * 1000) return;
    last.undone = true;
    this.seen.text = null;
    view.showUndo(0);
    const { text, mode, direction, id: cancels } = last;
    this.#scan({ text, mode, direction, cancels, reason });
  }

  next() {
    clearTimeout(this.hiding);
    view.hideVerdict();
  }

  // The server has judged a scan that was shown before: only a worse word changes anything.
  answered(result) {
    const told = this.told.get(result.id);
    this.told.delete(result.id);
    if (!told || result.status !== "accepted") return;
    const { verdict } = result;
    const { colour } = verdict;
    if (WORSE[colour] <= WORSE[told]) return;
    view.updateRecent(result.id, colour, verdict);
    if (result.id === this.last?.id && view.hasVerdict()) {
      this.last = { ...this.last, colour, code: verdict.code };
      view.showVerdict(colour, { ...verdict, detail: words.serverSays(verdict.detail) }, this.last.badge, result.id);
      view.showUndo(0);
      view.showDeny(false);
      signal(colour);
    } else {
      view.showBanner("server", words.serverSaysLater(verdict.title, verdict.detail));
    }
  }

  #isNew(text) {
    const now = performance.now();
    const isSame = text === this.seen.text && now - this.seen.at < SAME_CODE_MS;
    this.seen = { text, at: now };
    return !isSame;
  }

  #isGuessing() {
    const since = performance.now() - 60000;
    this.wrongCodes = this.wrongCodes.filter((at) => at > since);
    return this.wrongCodes.length >= WRONG_CODES_A_MINUTE;
  }

  #scan(given) {
    const scan = this.#blank(given);
    this.running += 1;
    this.tail = this.tail.then(() => this.#run(scan)).finally(() => (this.running -= 1));
  }

  async #run(scan) {
    let decided = null;
    let kept = null;
    try {
      decided = await this.station.decide(scan);
      const { code, detail } = decided.verdict;
      const shown = scan.cancels ? null : { code, detail };
      kept = await this.station.keep({ ...scan, shown, list_version: this.station.list.version }, decided);
    } catch {
      view.showBanner("storage", words.STORAGE_FULL);
      return signal("red");
    }
    if (scan.cancels) this.#showUndone(scan);
    else this.#show(kept, decided);
    view.showCounts(this.station);
    this.outbox.flush();
  }

  #show(kept, { verdict, badge, kind }) {
    const { colour, code } = verdict;
    if (code === "unknown_code") this.wrongCodes.push(performance.now());
    const who = { ...words.NOBODY, ...badge, kind_label: words.KINDS[badge?.kind ?? kind] ?? "" };
    this.last = { ...kept, colour, code, badge: who, undone: false };
    this.told.set(kept.id, colour);
    view.showVerdict(colour, verdict, who, kept.id);
    view.addRecent(kept, colour, verdict, who);
    view.showInputNote("");
    view.showDeny(colour === "green" && kept.direction !== "out");
    signal(colour);
    this.#countDown(kept.id, colour);
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.next(), SHOWN_MS);
  }

  #showUndone({ reason, cancels }) {
    this.next();
    view.updateRecent(cancels, "amber", { title: reason ? words.DENIED_TITLE : words.UNDONE_TITLE });
    view.showInputNote(reason ? words.DENIED : words.UNDONE);
    signal("saved");
  }

  // Only who was let in can be taken back: amber and red count nobody.
  #countDown(id, colour) {
    clearInterval(this.counting);
    if (colour !== "green") return view.showUndo(0);
    const tick = () => {
      const isCurrent = this.last.id === id && !this.last.undone && this.last.colour === "green";
      const left = UNDO_SECONDS - Math.floor((performance.now() - this.last.mono) / 1000);
      view.showUndo(isCurrent ? left : 0);
      if (!isCurrent || left <= 0) clearInterval(this.counting);
    };
    this.counting = setInterval(tick, 250);
    tick();
  }

  #blank(given) {
    return {
      id: randomId(),
      direction: this.direction(),
      wall: new Date().toISOString(),
      mono: Math.round(performance.now()),
      offset: this.station.clock.offset,
      override: false,
      reason: null,
      cancels: null,
      ...given,
    };
  }
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
