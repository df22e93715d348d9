// Two phones without a network: one shows who passed as a film of QR codes, the other looks at it.
//
// Message: event 2 | device 4 | gate 1 | count 2 | records | code 16. Record: id 16 | badge 8 |
// way and flags 1 | instant 6 | the id it cancels 16, if it does. The code is an HMAC under a key
// that every phone of the fair has, so that nobody else's picture marks a badge as used.
// Frame: "TGX:" + base45(session 2 | length 4 | index 1 | total 1 | part of the message).

import { decode, encode } from "./base45.js";

const PREFIX = "TGX:";
const PART = 480;
const HEAD = 9;
const CODE = 16;
const MOST = 400;
const WAYS = ["in", "out", "back"];
const ADMITTED = 4;
const CANCELS = 8;

export const isFrame = (text) => text.startsWith(PREFIX);

// The frames that tell `passages` (this phone's own, the newest if there are too many).
export async function framesOf(passages, station) {
  const told = passages.filter((one) => one.badge).sort((one, other) => other.at - one.at).slice(0, MOST);
  const body = messageOf(told, station);
  const message = new Uint8Array([...body, ...(await sealOf(body, station))]);
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

function messageOf(told, { device }) {
  const size = told.reduce((sum, one) => sum + (one.cancels ? 47 : 31), HEAD);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, device.event);
  view.setUint32(2, device.device);
  bytes[6] = device.gate;
  view.setUint16(7, told.length);
  let at = HEAD;
  for (const one of told) {
    bytes.set(bytesOf(one.id), at);
    bytes.set(bytesOf(one.badge), at + 16);
    bytes[at + 24] = WAYS.indexOf(one.direction) | (one.admitted ? ADMITTED : 0) | (one.cancels ? CANCELS : 0);
    view.setUint16(at + 25, Math.floor(one.at / 2 ** 32));
    view.setUint32(at + 27, one.at % 2 ** 32);
    if (one.cancels) bytes.set(bytesOf(one.cancels), at + 31);
    at += one.cancels ? 47 : 31;
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

  // null for what is no frame of ours; else { seen, total, passages, gate }: passages when whole.
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
    if (seen < total || this.done) return { seen, total, passages: null };
    this.done = true;
    const message = new Uint8Array([...this.parts].sort(([one], [other]) => one - other).flatMap(([, part]) => [...part]));
    return { seen, total, ...(await this.#read(message.slice(0, length))) };
  }

  async #read(message) {
    const body = message.slice(0, -CODE);
    const view = new DataView(body.buffer);
    const code = await sealOf(body, this.station);
    if (code.join() !== message.slice(-CODE).join()) return { passages: [], foreign: true };
    if (view.getUint16(0) !== this.station.device.event) return { passages: [], foreign: true };
    const device = view.getUint32(2);
    const gate = body[6];
    const passages = [];
    let at = HEAD;
    for (let count = view.getUint16(7); count > 0; count -= 1) {
      const flags = body[at + 24];
      const cancels = flags & CANCELS ? hexOf(body.slice(at + 31, at + 47)) : null;
      passages.push({
        id: hexOf(body.slice(at, at + 16)),
        badge: hexOf(body.slice(at + 16, at + 24)),
        device,
        gate,
        direction: WAYS[flags & 3],
        admitted: Boolean(flags & ADMITTED),
        at: view.getUint16(at + 25) * 2 ** 32 + view.getUint32(at + 27),
        cancels,
      });
      at += cancels ? 47 : 31;
    }
    return { passages, gate };
  }
}

async function sealOf(body, { list }) {
  const secret = bytesOf(list.manifest.exchange);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, body)).slice(0, CODE);
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
