// Who went through the gates, as far as this phone knows; the same book as
// tgfair/core/gate_passages.py. Instants are milliseconds, days and times those of Viet Nam.

const CLOCK_SLACK_MS = 10 * 60 * 1000;
const VIETNAM_MS = 7 * 3600 * 1000;
const DAY_MS = 86400000;

const local = (at) => new Date(at + VIETNAM_MS).toISOString();
export const dayOf = (at) => local(at).slice(0, 10);
const timeOf = (at) => local(at).slice(11, 16);

// A passage: { badge, id, device, direction, at, gate, admitted, cancels }.
export class History {
  constructor(passages = []) {
    this.byBadge = new Map();
    this.cancelled = new Set();
    this.known = new Map();
    for (const passage of passages) this.add(passage);
  }

  add(passage) {
    this.known.set(passage.id, passage);
    if (passage.cancels) {
      this.cancelled.add(`${passage.device} ${passage.cancels}`);
    } else if (passage.admitted && passage.badge) {
      if (!this.byBadge.has(passage.badge)) this.byBadge.set(passage.badge, new Map());
      this.byBadge.get(passage.badge).set(passage.id, passage);
    }
  }

  // The badge's passages of the same day, oldest first; those a little later count too.
  before(badge, at) {
    return this.#counted(badge, dayOf(at), at + CLOCK_SLACK_MS).map((passage) => ({
      direction: passage.direction,
      at: timeOf(passage.at),
      gate: passage.gate,
    }));
  }

  // How many badges are inside on a day; each counts once.
  inside(day) {
    let count = 0;
    for (const badge of this.byBadge.keys()) {
      const passages = this.#counted(badge, day, Infinity);
      if (passages.length && passages[passages.length - 1].direction !== "out") count += 1;
    }
    return count;
  }

  #counted(badge, day, latest) {
    const begins = Date.parse(day) - VIETNAM_MS;
    return [...(this.byBadge.get(badge)?.values() ?? [])]
      .filter((one) => !this.cancelled.has(`${one.device} ${one.id}`))
      .filter((one) => one.at >= begins && one.at < begins + DAY_MS && one.at <= latest)
      .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  }
}
