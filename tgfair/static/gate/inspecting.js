// A look at a booth: its sign is scanned, what was found is kept in the phone and sent later.

import { Refused, sendInspections } from "./api.js";
import * as store from "./store.js";
import * as view from "./view.js";
import * as words from "./words.js";

const SIGN = /\/gian-hang\/([^/?#]+)\/?$/;
const SAME_SIGN_MS = 3000;
const BATCH = 50;

// The label of the booth whose sign this is, or null.
export function boothOf(text) {
  const found = SIGN.exec(text);
  return found ? decodeURIComponent(found[1]).toUpperCase() : null;
}

export class Inspecting {
  constructor(station, dialog) {
    this.station = station;
    this.dialog = dialog;
    this.closed = { booth: null, at: -Infinity };
    this.booth = null;
  }

  // Asks what was found; the same sign still before the camera asks nothing.
  ask(booth) {
    const isSame = booth === this.closed.booth && performance.now() - this.closed.at < SAME_SIGN_MS;
    if (isSame) this.closed.at = performance.now();
    if (this.dialog.open || isSame) return;
    this.booth = booth;
    const holder = this.station.list.badges.find((badge) => badge.booth.split(", ").includes(booth));
    view.showBooth(booth, holder?.organisation ?? "");
    this.dialog.showModal();
  }

  async close(status) {
    this.closed = { booth: this.booth, at: performance.now() };
    if (!status) return;
    const note = this.dialog.querySelector("input").value.trim();
    this.dialog.querySelector("input").value = "";
    await store.addInspection({
      id: crypto.randomUUID().replaceAll("-", ""),
      booth: this.booth,
      status,
      note,
      wall: new Date().toISOString(),
      offset: this.station.clock.offset,
    });
    view.showInputNote(words.inspected(this.booth));
    await this.flush().catch(() => {});
  }

  // Sends what is kept; what the server names goes, and what it refused is said: no such booth.
  async flush() {
    const kept = await store.waitingInspections();
    view.showBanner("inspections", kept.length ? words.keptInspections(kept.length) : "");
    if (!kept.length) return;
    try {
      const { results } = await sendInspections(this.station.device.token, kept.slice(0, BATCH));
      await store.removeInspections(results.map((one) => one.id));
      const left = kept.length - results.length;
      view.showBanner("inspections", left ? words.keptInspections(left) : "");
      const lost = new Set(results.filter((one) => one.status === "rejected").map((one) => one.id));
      const refused = kept.filter((one) => lost.has(one.id));
      if (!refused.length) return;
      view.showInputNote("");
      view.showBanner("refused", words.refusedInspections(refused.map((one) => one.booth).join(", ")));
    } catch (error) {
      if (error instanceof Refused && error.status === 401) throw error;
    }
  }
}
