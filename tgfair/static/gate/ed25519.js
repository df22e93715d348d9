// Ed25519 as every reader of a badge must check it: WebCrypto where the browser has it, else the
// vendored library. Both refuse S + L; it is refused here first, so that they cannot differ.

// The order of the group and the field's prime, least significant byte first.
const L = littleEndian("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
const P = littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

let native = null;
const imported = new Map();

// Makes a key ready before the first badge is shown; whether it is one shows then.
export async function prepare(publicKey) {
  native ??= hasNative();
  if (await native) nativeKey(publicKey);
}

// True when `signature` (64 bytes) is the one canonical form of a signature by `publicKey`.
export async function verify(publicKey, signature, message, { library = false } = {}) {
  if (!isCanonical(signature)) return false;
  native ??= hasNative();
  if (!library && (await native)) {
    const key = await nativeKey(publicKey);
    return key !== null && crypto.subtle.verify("Ed25519", key, signature, message);
  }
  const { verifyAsync } = await import("./vendor/noble-ed25519/index.js");
  return verifyAsync(signature, message, publicKey, { zip215: false });
}

function isCanonical(signature) {
  const r = signature.slice(0, 32);
  r[31] &= 127;
  return signature.length === 64 && isBelow(signature.subarray(32), L) && isBelow(r, P);
}

function isBelow(bytes, limit) {
  for (let at = 31; at >= 0; at -= 1) {
    if (bytes[at] !== limit[at]) return bytes[at] < limit[at];
  }
  return false;
}

function nativeKey(publicKey) {
  const name = publicKey.join();
  if (!imported.has(name)) {
    const key = crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    imported.set(name, key.catch(() => null));
  }
  return imported.get(name);
}

async function hasNative() {
  const basePoint = new Uint8Array(32).fill(0x66);
  basePoint[0] = 0x58;
  try {
    await crypto.subtle.importKey("raw", basePoint, "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

function littleEndian(hex) {
  return Uint8Array.from(hex.match(/../g).reverse(), (byte) => parseInt(byte, 16));
}
