// Base45 (RFC 9285) without any tolerance: the same as tgfair/core/base45.py.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

export function encode(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = bytes[at] * 256 + bytes[at + 1];
    text += ALPHABET[pair % 45] + ALPHABET[Math.floor(pair / 45) % 45] + ALPHABET[Math.floor(pair / 2025)];
  }
  return text;
}

// The bytes, or the name of what is wrong: "alphabet" or "overflow".
export function decode(text) {
  const digits = [...text].map((character) => VALUES.get(character));
  if (digits.includes(undefined)) return "alphabet";
  const bytes = new Uint8Array((digits.length / 3) * 2);
  for (let at = 0; at < digits.length; at += 3) {
    const pair = digits[at] + digits[at + 1] * 45 + digits[at + 2] * 2025;
    if (pair > 65535) return "overflow";
    bytes[(at / 3) * 2] = pair >> 8;
    bytes[(at / 3) * 2 + 1] = pair & 255;
  }
  return bytes;
}
