// Sends stored scans until the server has named each of them.

import { Refused, Unreachable, sendScans } from "./api.js";
import { markSent, parkScan, unparkScans, waitingScans } from "./store.js";

const BATCH = 50;
const UNPARK_MS = 60000;
// Only these words of the server let a scan leave the queue.
const TAKEN = ["accepted", "duplicate"];

export class Outbox {
  // `hooks`: answered(result), changed({ waiting, parked }), offline(), unpaired().
  constructor(token, hooks) {
    this.token = token;
    this.hooks = hooks;
    this.flushing = null;
    this.again = false;
    this.unparked = 0;
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

  // What was put aside gets another chance: the fault may have been on the way, not in the scan.
  async retryParked(now = false) {
    if (!now && Date.now() - this.unparked < UNPARK_MS) return;
    this.unparked = Date.now();
    await unparkScans();
    await this.flush();
  }

  async #pass() {
    let size = BATCH;
    for (;;) {
      const scans = await waitingScans();
      const pending = scans.filter((scan) => !scan.parked);
      this.hooks.changed({ waiting: scans.length, parked: scans.length - pending.length });
      if (!pending.length) return;
      const batch = newestAndOldest(pending, size);
      try {
        if (!(await this.#send(batch))) return;
        size = BATCH;
      } catch (error) {
        if (error instanceof Unreachable) return this.hooks.offline();
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401 || error.status === 403) return this.hooks.unpaired();
        // One bad scan must not hold up the others: look for it, then put it aside.
        if (batch.length > 1) size = Math.ceil(batch.length / 2);
        else await parkScan(batch[0].id, error.code);
      }
    }
  }

  async #send(batch) {
    const answer = await sendScans(this.token, batch.map(({ waits, parked, ...scan }) => scan));
    let named = 0;
    for (const result of answer.results) {
      if (!batch.some((scan) => scan.id === result?.id)) continue;
      named += 1;
      if (TAKEN.includes(result.status)) await markSent(result.id);
      else await parkScan(result.id, String(result.status));
      this.hooks.answered(result);
    }
    return named;
  }
}

// Whoever stands at the gate now must not wait for a backlog.
function newestAndOldest(pending, size) {
  if (pending.length <= size) return pending;
  if (size === 1) return pending.slice(0, 1);
  return [...pending.slice(0, size - 1), pending[pending.length - 1]];
}
