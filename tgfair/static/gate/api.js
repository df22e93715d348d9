// The four calls to the server. Two kinds of failure: not reached (try again), refused (do not).

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 8000;

async function call(path, { token = null, body = null } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const headers = { "X-Tgfair": "gate", Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const response = await fetch(document.body.dataset.api + path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: abort.signal,
    });
    // A captive portal answers 200 with a page of its own: only JSON counts as the server.
    const data = await response.json();
    if (response.ok) return data;
    if (response.status >= 500 || response.status === 429) throw new Unreachable();
    throw new Refused(response.status, data.error, data.message);
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

export const pair = (code, name) => call("/pair", { body: { code, name } });
export const sendScans = (token, scans) => call("/scans", { token, body: { scans } });
export const search = (token, q) => call(`/search?q=${encodeURIComponent(q)}`, { token });
export const health = (token) => call("/health", { token });
