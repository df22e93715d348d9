// The badge list: kept in the phone, checked whole, never exchanged for an older one.

import { snapshot } from "./api.js";
import { fold } from "./fold.js";
import { hex, sealOf, sha256 } from "./seals.js";
import { saveList } from "./store.js";

const BUCKETS = 64;
const HAVE = 8;
const MOST_HITS = 20;
const MIN_LETTERS = 2;

// Somebody changed the list on its way, or it is older than what this phone has seen.
export class BadList extends Error {}

export class BadgeList {
  constructor() {
    this.#take(null, new Map());
  }

  // `facts` and `buckets` as the phone has kept them.
  open(facts, places, buckets) {
    this.#take(facts, new Map(places.map((place, at) => [place, buckets[at]])));
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
    return this.#where(`["${number}",`, (badge) => badge.badge === number);
  }

  findCode(code) {
    return this.#where(`,"${code}"]`, (badge) => badge.short_code === code);
  }

  // Every badge, void ones too.
  get badges() {
    return [...this.buckets.keys()].flatMap((place) => this.#badgesOf(place));
  }

  // How many badges are valid.
  get expected() {
    return this.facts ? (this.facts.expected ??= validIn(this.buckets)) : 0;
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
    facts.expected = validIn(buckets);
    await saveList(facts, changed);
    this.#take(facts, buckets);
    return true;
  }

  async #checked(lines, token, now) {
    const { code, made_at, etag } = parsed(lines[0]);
    const seal = await sealOf(await sha256(token), `tgfair-list-1\n${made_at}\n${lines[1]}`);
    if (hex(seal) !== code) throw new BadList("code");
    const manifest = parsed(lines[1]);
    // A list that was valid once: whoever was revoked since would walk in again.
    if (manifest.version < this.version) throw new BadList("older");
    return { etag, manifest, checked: now };
  }

  #have() {
    return (this.manifest?.buckets ?? []).map((digest) => digest.slice(0, HAVE)).join("");
  }

  #take(facts, buckets) {
    this.facts = facts;
    this.buckets = buckets;
    this.parsed = new Map();
    this.folded = null;
  }

  // The badge is looked for in the texts as they lie there: to parse ten thousand of them before
  // the first scan takes a slow phone longer than anything else.
  #where(mark, isMeant) {
    for (const [place, bucket] of this.buckets) {
      const found = bucket.includes(mark) && this.#badgesOf(place).find(isMeant);
      if (found) return found;
    }
    return null;
  }

  #badgesOf(place) {
    if (!this.parsed.has(place)) {
      this.parsed.set(place, JSON.parse(this.buckets.get(place)).map((row) => this.#badge(row)));
    }
    return this.parsed.get(place);
  }

  #badge([badge, generation, revoked, kind, gates, period, name, organisation, booth, short_code]) {
    const [first_day, days, moved_first, moved_last] = this.manifest.periods[period];
    const fair_days = moved_first ? [moved_first, moved_last] : null;
    const payload = { badge, generation, kind, gates, first_day, days };
    return { ...payload, revoked: revoked === 1, fair_days, name, organisation, booth, short_code };
  }
}

function validIn(buckets) {
  const rows = [...buckets.values()].flatMap((bucket) => JSON.parse(bucket));
  return rows.filter(([, , revoked]) => revoked !== 1).length;
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
