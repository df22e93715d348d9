// One phone at one gate: its list, its book of passages, its clock. It decides without the server.

import { Refused, beat } from "./api.js";
import { prepare } from "./ed25519.js";
import { BadList, BadgeList } from "./list.js";
import { History, dayOf } from "./passages.js";
import { judge } from "./rules.js";
import { bytesOf } from "./seals.js";
import * as store from "./store.js";
import { readToken } from "./token.js";

const DAY_MS = 86400000;
const CLOCK_NOISE_MS = 2000;
const COUNTED_IN = ["in", "in_new", "overridden", "full"];

export class Station {
  constructor(device) {
    this.device = device;
    this.list = new BadgeList();
    this.history = new History();
    // `offset` is to be added to this phone's clock; `shift` moves a demonstration to its day.
    this.clock = { offset: 0, shift: device.shift ?? 0 };
    this.heard = 0;
    this.inside = 0;
    this.keyring = new Map();
  }

  // `kept`: what the phone holds (store.readStation), or is about to; `decide` waits for it.
  open(kept) {
    this.opened = this.#open(kept);
    return this.opened;
  }

  async #open(kept) {
    const { clock, heard, list, places, buckets, passages } = await kept;
    this.clock = clock ?? this.clock;
    this.heard = heard ?? 0;
    this.list.open(list, places, buckets);
    this.history = new History(passages);
    this.#listChanged();
  }

  // Lets go of what is two days old. Not at the start: the first scan would wait for it.
  tidy() {
    return store.forgetBefore(this.now() - 2 * DAY_MS);
  }

  now() {
    return Date.now() + this.clock.offset + this.clock.shift;
  }

  day() {
    return dayOf(this.now());
  }

  get capacity() {
    return this.list.manifest?.capacity ?? null;
  }

  get expected() {
    return this.list.expected;
  }

  get isFull() {
    return this.capacity !== null && this.inside >= this.capacity;
  }

  // The verdict on a scan, and whose badge it is. `scan`: { text, mode, direction, override }.
  async decide({ text, mode, direction, override }) {
    await this.opened;
    const shown = mode === "qr" ? await readToken(text, this.keyring, this.device.event) : this.#ofCode(text);
    const badge = shown.badge ? this.list.find(shown.badge) : null;
    const at = this.now();
    const earlier = shown.badge ? this.history.before(shown.badge, at) : [];
    const verdict = judge(shown, badge, earlier, {
      gate: this.device.gate,
      day: dayOf(at),
      direction,
      fair_days: badge?.fair_days ?? null,
      override: Boolean(override),
      full: this.isFull,
    });
    const { badge: number = null, kind = null, generation = null } = shown;
    return { verdict, badge, number, kind, generation, at };
  }

  #ofCode(code) {
    return this.list.findCode(code) ?? { refused: "unknown_code" };
  }

  // Keeps a scan for good before anything is shown; gives it back with its running number.
  async keep(scan, decided) {
    const passage = {
      badge: decided.number,
      id: scan.id,
      device: this.device.device,
      direction: scan.direction,
      at: decided.at,
      gate: this.device.gate,
      admitted: !scan.cancels && decided.verdict.colour === "green",
      cancels: scan.cancels,
      // For the film: what the server would hear from this phone besides.
      mode: scan.mode,
      word: scan.cancels ? "undone" : decided.verdict.code,
      generation: decided.generation,
      reason: scan.reason,
    };
    const kept = await store.addScan(scan, passage);
    this.history.add({ ...passage, seq: kept.seq });
    this.#count(scan, decided.verdict.code);
    return kept;
  }

  #count({ cancels, direction }, code) {
    if (cancels) this.inside = this.history.inside(this.day());
    else if (code === "out" || (code === "overridden" && direction === "out")) this.inside -= 1;
    else if (COUNTED_IN.includes(code)) this.inside = this.history.inside(this.day());
  }

  // Passages of other gates, from the server or from a phone beside this one.
  async learn(passages) {
    const fresh = passages.filter((passage) => !this.history.known.has(passage.id));
    if (fresh.length) await store.addPassages(fresh);
    for (const passage of fresh) this.history.add(passage);
    if (fresh.length) this.inside = this.history.inside(this.day());
    return fresh.length;
  }

  // What this phone itself let through today, for the phone of another gate.
  ownPassages() {
    const day = this.day();
    const own = [...this.history.known.values()].filter((one) => one.device === this.device.device);
    return own.filter((one) => (one.admitted || one.cancels) && dayOf(one.at) === day);
  }

  // Says that this phone lives, hears of the other gates. Gives the server's answer.
  async beat(queued) {
    const asked = Date.now();
    const answer = await beat(this.device.token, {
      queued,
      list_version: this.list.version,
      battery: await battery(),
      offset: this.clock.offset,
      after: this.heard,
    });
    await this.#setClock(answer, (asked + Date.now()) / 2);
    await this.learn(answer.passages.map(passageOf));
    this.heard = answer.last;
    await store.writeMeta("heard", this.heard);
    if (answer.missing.length) await store.sendAgain(answer.missing);
    return answer;
  }

  // "" when the list is as the server has it, else why this phone keeps its own.
  async refreshList() {
    try {
      if (await this.list.refresh(this.device, Date.now())) this.#listChanged();
      return "";
    } catch (error) {
      if (error instanceof BadList) return error.message;
      if (error instanceof Refused && error.status === 401) throw error;
      return "unreachable";
    }
  }

  async #setClock({ server_time, shift }, at) {
    const offset = Math.round(Date.parse(server_time) - at);
    const isNoise = Math.abs(offset - this.clock.offset) < CLOCK_NOISE_MS;
    if (isNoise && shift === this.clock.shift) return;
    this.clock = { offset: isNoise ? this.clock.offset : offset, shift };
    await store.writeMeta("clock", this.clock);
  }

  #listChanged() {
    const keys = this.list.manifest?.keys ?? [];
    this.keyring = new Map(keys.map(([kid, key]) => [kid, bytesOf(key)]));
    for (const key of this.keyring.values()) prepare(key);
    this.inside = this.history.inside(this.day());
  }
}

function passageOf([id, badge, device, direction, at, gate, admitted, cancels]) {
  return { id, badge, device, direction, at, gate, admitted, cancels };
}

async function battery() {
  const found = await navigator.getBattery?.().catch(() => null);
  return found ? Math.round(found.level * 100) : null;
}
