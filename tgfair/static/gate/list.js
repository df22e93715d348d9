// The badge list: kept in the phone, checked whole, never exchanged for an older one.

import { snapshot } from "./api.js";
import { fold } from "./fold.js";
import { readBuckets, readMeta, saveList } from "./store.js";

const BUCKETS = 64;
const HAVE = 8;
const MOST_HITS = 20;
const MIN_LETTERS = 2;
const text = new TextEncoder();

// Somebody changed the list on its way, or it is older than what this phone has seen.
export class BadList extends Error {}

export class BadgeList {
  constructor() {
    this.facts = null;
    this.buckets = new Map();
    this.#index();
  }

  async load() {
    this.facts = await readMeta("list");
    this.buckets = await readBuckets();
    this.#index();
  }

  get version() {
    return this.facts?.manifest.version ?? 0;
  }

  get manifest() {
    return this.facts?.manifest ?? null;
  }

  // Milliseconds since the server last confirmed the list, by `now`.
  age(now) {
    return this.facts ? now - this.facts.checked : Infinity;
  }

  find(number) {
    return this.byNumber.get(number) ?? null;
  }

  findCode(code) {
    return this.byCode.get(code) ?? null;
  }

  // Badges whose name or organisation holds the folded letters; none for fewer than two.
  search(query) {
    const wanted = fold(query);
    if (wanted.length < MIN_LETTERS) return [];
    this.folded ??= this.badges.map((badge) => [fold(`${badge.name} ${badge.organisation}`), badge]);
    const found = this.folded.filter(([letters, badge]) => !badge.revoked && letters.includes(wanted));
    return found.slice(0, MOST_HITS).map(([, badge]) => badge);
  }

  // Fetches what changed. True when the list is another one than before.
  async refresh(device, now) {
    const lines = await snapshot(device.token, this.facts?.etag, this.#have());
    if (lines === null) {
      this.facts = { ...this.facts, checked: now };
      await saveList(this.facts, []);
      return false;
    }
    const facts = await this.#checked(lines, device.token, now);
    const changed = new Map(lines.slice(2).map(bucketOf));
    const buckets = new Map([...this.buckets, ...changed]);
    for (let number = 0; number < BUCKETS; number += 1) {
      const digest = await sha256(buckets.get(number) ?? "");
      if (digest.slice(0, 16) !== facts.manifest.buckets[number]) throw new BadList("bucket");
    }
    await saveList(facts, changed);
    this.facts = facts;
    this.buckets = buckets;
    this.#index();
    return true;
  }

  async #checked(lines, token, now) {
    const { code, made_at, etag } = parsed(lines[0]);
    const key = text.encode(await sha256(token));
    const message = text.encode(`tgfair-list-1\n${made_at}\n${lines[1]}`);
    if (!(await isSealed(key, message, String(code)))) throw new BadList("code");
    const manifest = parsed(lines[1]);
    // A list that was valid once: whoever was revoked since would walk in again.
    if (manifest.version < this.version) throw new BadList("older");
    return { etag, manifest, checked: now };
  }

  #have() {
    return (this.manifest?.buckets ?? []).map((digest) => digest.slice(0, HAVE)).join("");
  }

  #index() {
    this.badges = [...this.buckets.values()].flatMap((bucket) => JSON.parse(bucket).map((row) => this.#badge(row)));
    this.byNumber = new Map(this.badges.map((badge) => [badge.badge, badge]));
    this.byCode = new Map(this.badges.map((badge) => [badge.short_code, badge]));
    this.folded = null;
  }

  #badge([badge, generation, revoked, kind, gates, period, name, organisation, booth, short_code]) {
    const [first_day, days, moved_first, moved_last] = this.manifest.periods[period];
    const fair_days = moved_first ? [moved_first, moved_last] : null;
    const payload = { badge, generation, kind, gates, first_day, days };
    return { ...payload, revoked: revoked === 1, fair_days, name, organisation, booth, short_code };
  }
}

function bucketOf(line) {
  const space = line.indexOf(" ");
  return [Number(line.slice(0, space)), line.slice(space + 1)];
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadList("form");
  }
}

async function sha256(value) {
  return hex(await crypto.subtle.digest("SHA-256", text.encode(value)));
}

async function isSealed(key, message, code) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", imported, message)) === code;
}

export const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
