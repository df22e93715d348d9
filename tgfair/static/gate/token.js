// The signed text of a badge; the same checks in the same order as tgfair/core/badge.py.

import { decode } from "./base45.js";
import { verify } from "./ed25519.js";

const PREFIX = "TG1:";
const LENGTH = 124;
const PAYLOAD = 16;
const CONTEXT = new TextEncoder().encode("tgfair-badge-1\0");
const DAY_MS = 86400000;

// What a scanned text says, or { refused: code } with the first check it fails. `keyring` maps a
// key id to 32 bytes and holds the keys of this event only.
export async function readToken(text, keyring, event, options = {}) {
  if (!text.startsWith(PREFIX)) return { refused: "prefix" };
  if ([...text].length !== LENGTH) return { refused: "length" };
  const data = decode(text.slice(PREFIX.length));
  if (typeof data === "string") return { refused: data };
  const packed = data.slice(0, PAYLOAD);
  const publicKey = keyring.get(packed[0]);
  if (!publicKey) return { refused: "unknown_key" };
  const message = new Uint8Array([...CONTEXT, ...packed]);
  if (!(await verify(publicKey, data.slice(PAYLOAD), message, options))) return { refused: "signature" };
  const payload = unpack(packed);
  if (payload.event !== event) return { refused: "event" };
  return payload.days ? payload : { refused: "days" };
}

function unpack(packed) {
  const view = new DataView(packed.buffer);
  return {
    kid: packed[0],
    event: view.getUint16(1),
    badge: view.getBigUint64(3).toString(16).padStart(16, "0"),
    kind: packed[11] >> 4,
    generation: packed[11] & 15,
    gates: packed[12],
    first_day: new Date(view.getUint16(13) * DAY_MS).toISOString().slice(0, 10),
    days: packed[15],
  };
}
