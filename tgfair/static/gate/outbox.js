// Sends stored scans until the server has named each of them.

import { Refused, Unreachable, sendScans } from "./api.js";
import { allScans, parkScan, removeScan } from "./store.js";

const BATCH = 50;
// Only these words of the server allow a scan to leave the phone.
const TAKEN = ["accepted", "duplicate"];

export class Outbox {
  // `hooks`: answered(result, answer), changed({ waiting, parked }), offline(), unpaired().
  constructor(token, hooks) {
    this.token = token;
    this.hooks = hooks;
    this.flushing = null;
    this.again = false;
  }

  // One pass at a time; a call during a pass makes a second one follow.
  flush() {
    if (this.flushing) {
      this.again = true;
    } else {
      this.flushing = this.#pass().finally(() => {
        this.flushing = null;
        if (this.again) {
          this.again = false;
          this.flush();
        }
      });
    }
    return this.flushing;
  }

  async #pass() {
    let one = false;
    for (;;) {
      const scans = await allScans();
      const pending = scans.filter((scan) => !scan.parked);
      this.hooks.changed({ waiting: pending.length, parked: scans.length - pending.length });
      if (!pending.length) return;
      const batch = one ? pending.slice(0, 1) : newestAndOldest(pending);
      try {
        if (!(await this.#send(batch))) return;
        one = false;
      } catch (error) {
        if (error instanceof Unreachable) return this.hooks.offline();
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401 || error.status === 403) return this.hooks.unpaired(error);
        // One bad scan must not hold up the others: look for it alone, then put it aside.
        if (batch.length > 1) one = true;
        else await this.#park(batch[0].id, error.code);
      }
    }
  }

  async #send(batch) {
    const answer = await sendScans(this.token, batch.map(({ parked, ...scan }) => scan));
    let named = 0;
    for (const result of answer.results) {
      if (!batch.some((scan) => scan.id === result.id)) continue;
      named += 1;
      if (TAKEN.includes(result.status)) await removeScan(result.id);
      else await parkScan(result.id, String(result.status));
      this.hooks.answered(result, answer);
    }
    return named;
  }

  async #park(id, reason) {
    await parkScan(id, String(reason));
    this.hooks.answered({ id, status: "rejected", verdict: null }, null);
  }
}

// Whoever stands at the gate now must not wait for a backlog.
function newestAndOldest(pending) {
  if (pending.length <= BATCH) return pending;
  return [...pending.slice(0, BATCH - 1), pending[pending.length - 1]];
}
