// Two phones without a network: one shows who passed as a film of QR codes, the other looks at it.
//
// Message: event 2 | device 4 | gate 1 | count 2 | records | code 16 | code 16. Record: id 16 |
// badge 8 | way and flags 1 | instant 6 | running number 4 | word and generation 1 | the id it
// cancels 16, if it does | length 1 and reason, if there is one. The first code is an HMAC under a
// key that every phone of the fair has, so that nobody else's picture marks a badge as used. The
// second is under this phone's token: the other phone brings the film to the server as it is
// (core/gate_film.py), and can neither change it nor make one in this phone's name.
// Frame: "TGX:" + base45(session 2 | length 4 | index 1 | total 1 | part of the message).

import { decode, encode } from "./base45.js";
import { bytesOf, hex, sealOf, sha256 } from "./seals.js";

const PREFIX = "TGX:";
const PART = 480;
const HEAD = 9;
const RECORD = 36;
const ID = 16;
const CODE = 16;
const MOST = 400;
const MOST_REASON = 80; // letters, of at most three bytes: their length is one byte
const WAYS = ["in", "out", "back"];
const MODES = ["qr", "code", "name"];
const WORDS = ["in", "in_new", "back", "out", "overridden", "undone"];
const [ADMITTED, CANCELS, REASON] = [4, 8, 16];
const MODE_AT = 5;
const utf8 = new TextEncoder();

// The frames that tell `passages` (this phone's own, the newest if there are too many).
export async function framesOf(passages, station) {
  const told = passages.filter((one) => one.badge).sort((one, other) => other.at - one.at).slice(0, MOST);
  const body = joined([headOf(told, station), ...told.map(recordOf)]);
  const message = joined([body, await fairSeal(body, station), await ownSeal(body, station)]);
  const session = crypto.getRandomValues(new Uint8Array(2));
  const total = Math.ceil(message.length / PART);
  return Array.from({ length: total }, (_, index) => {
    const part = message.slice(index * PART, (index + 1) * PART);
    const head = new Uint8Array(8);
    head.set(session);
    new DataView(head.buffer).setUint32(2, message.length);
    head.set([index, total], 6);
    const even = part.length % 2 ? [0] : [];
    return PREFIX + encode(new Uint8Array([...head, ...part, ...even]));
  });
}

function headOf(told, { device }) {
  const view = new DataView(new ArrayBuffer(HEAD));
  view.setUint16(0, device.event);
  view.setUint32(2, device.device);
  view.setUint8(6, device.gate);
  view.setUint16(7, told.length);
  return new Uint8Array(view.buffer);
}

function recordOf(one) {
  const bytes = new Uint8Array(RECORD);
  const view = new DataView(bytes.buffer);
  const reason = utf8.encode((one.reason ?? "").slice(0, MOST_REASON));
  bytes.set(bytesOf(one.id));
  bytes.set(bytesOf(one.badge), 16);
  bytes[24] = WAYS.indexOf(one.direction) | (MODES.indexOf(one.mode) << MODE_AT);
  bytes[24] |= (one.admitted ? ADMITTED : 0) | (one.cancels ? CANCELS : 0) | (reason.length ? REASON : 0);
  view.setUint16(25, Math.floor(one.at / 2 ** 32));
  view.setUint32(27, one.at % 2 ** 32);
  view.setUint32(31, one.seq);
  bytes[35] = (WORDS.indexOf(one.word) << 4) | one.generation;
  const cancels = one.cancels ? bytesOf(one.cancels) : [];
  return joined([bytes, cancels, reason.length ? [reason.length, ...reason] : []]);
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// Puts the frames of another phone together, in whatever order they are seen.
export class Receiver {
  constructor(station) {
    this.station = station;
    this.session = null;
    this.parts = new Map();
  }

  // null for what is no frame of ours; else { seen, total }, and when it is whole { passages, gate,
  // film } or { foreign }; `film` is what to bring to the server.
  async add(text) {
    const bytes = decode(text.slice(PREFIX.length));
    if (typeof bytes === "string" || bytes.length < 10) return null;
    const view = new DataView(bytes.buffer);
    const [session, length, index, total] = [view.getUint16(0), view.getUint32(2), bytes[6], bytes[7]];
    if (index >= total || length > total * PART) return null;
    if (this.session !== `${session} ${length}`) {
      this.session = `${session} ${length}`;
      this.parts.clear();
      this.done = false;
    }
    this.parts.set(index, bytes.slice(8));
    const seen = this.parts.size;
    if (seen < total || this.done) return { seen, total };
    this.done = true;
    const message = new Uint8Array([...this.parts].sort(([one], [other]) => one - other).flatMap(([, part]) => [...part]));
    return { seen, total, ...(await this.#read(message.slice(0, length))) };
  }

  async #read(message) {
    const body = message.slice(0, -2 * CODE);
    const view = new DataView(body.buffer);
    const code = await fairSeal(body, this.station);
    const isOurs = hex(code) === hex(message.slice(-2 * CODE, -CODE));
    if (!isOurs || view.getUint16(0) !== this.station.device.event) return { foreign: true };
    const passages = [];
    let at = HEAD;
    for (let count = view.getUint16(7); count > 0; count -= 1) {
      const flags = body[at + 24];
      passages.push({ ...readRecord(body, view, at), device: view.getUint32(2), gate: body[6] });
      at += RECORD + (flags & CANCELS ? ID : 0);
      if (flags & REASON) at += 1 + body[at];
    }
    return { passages, gate: body[6], film: hex(body) + hex(message.slice(-CODE)) };
  }
}

function readRecord(body, view, at) {
  const flags = body[at + 24];
  return {
    id: hex(body.slice(at, at + ID)),
    badge: hex(body.slice(at + 16, at + 24)),
    direction: WAYS[flags & 3],
    admitted: Boolean(flags & ADMITTED),
    at: view.getUint16(at + 25) * 2 ** 32 + view.getUint32(at + 27),
    cancels: flags & CANCELS ? hex(body.slice(at + RECORD, at + RECORD + ID)) : null,
  };
}

const fairSeal = async (body, { list }) =>
  (await sealOf(bytesOf(list.manifest.exchange), body)).slice(0, CODE);

const ownSeal = async (body, { device }) =>
  (await sealOf(await sha256(device.token), joined([utf8.encode("tgfair-film-1\n"), body]))).slice(0, CODE);
