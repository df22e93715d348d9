// Digests and codes, and bytes as text.

const text = new TextEncoder();
const HMAC = { name: "HMAC", hash: "SHA-256" };

export const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const bytesOf = (letters) => Uint8Array.from(letters.match(/../g), (byte) => parseInt(byte, 16));

export async function sha256(value) {
  return hex(await crypto.subtle.digest("SHA-256", text.encode(value)));
}

// HMAC-SHA256; key and message may be text or bytes.
export async function sealOf(key, message) {
  const [secret, said] = [key, message].map((one) => (typeof one === "string" ? text.encode(one) : one));
  const imported = await crypto.subtle.importKey("raw", secret, HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, said));
}
