// The calls to the server. Two kinds of failure: not reached (try again), refused (look why).

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 8000;
const LIST_TIMEOUT_MS = 60000;
// Only these say that the server itself read the request and did not like it. Everything else
// (a portal's page, a proxy's 404, a broken server) says nothing about the scans.
const UNDERSTOOD = [400, 401, 403, 413, 422];

async function fetched(path, { token = null, body = null, headers = {}, timeout = TIMEOUT_MS }, read) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  const sent = { "X-Tgfair": "gate", Accept: "application/json", ...headers };
  if (token) sent.Authorization = `Bearer ${token}`;
  if (body) sent["Content-Type"] = "application/json";
  try {
    const response = await fetch(document.body.dataset.api + path, {
      method: body ? "POST" : "GET",
      headers: sent,
      body: body && JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: abort.signal,
    });
    return await read(response);
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response) {
  if (!UNDERSTOOD.includes(response.status)) throw new Unreachable();
  const data = await response.json();
  // A portal may answer JSON too; ours names the fault.
  if (typeof data.error !== "string") throw new Unreachable();
  throw new Refused(response.status, data.error, data.message);
}

function call(path, options = {}) {
  return fetched(path, options, async (response) => {
    if (!response.ok) return refusal(response);
    const data = await response.json();
    if (typeof data.server_time !== "string") throw new Unreachable();
    return data;
  });
}

export const pair = (code, name) => call("/pair", { body: { code, name } });

export const beat = (token, report) => call("/beat", { token, body: report });

export async function sendScans(token, scans) {
  const answer = await call("/scans", { token, body: { scans } });
  if (!Array.isArray(answer.results)) throw new Unreachable();
  return answer;
}

export async function sendInspections(token, inspections) {
  const answer = await call("/inspections", { token, body: { inspections } });
  if (!Array.isArray(answer.results)) throw new Unreachable();
  return answer;
}

// What another phone has shown, in hexadecimal.
export const sendFilm = (token, film) => call("/films", { token, body: { film } });

// The lines of the list, or null when this phone has the newest.
export function snapshot(token, etag, have) {
  const headers = etag ? { "If-None-Match": `"${etag}"` } : {};
  const options = { token, headers, timeout: LIST_TIMEOUT_MS };
  return fetched(`/snapshot?have=${have}`, options, async (response) => {
    if (response.status === 304) return null;
    if (!response.ok) return refusal(response);
    return (await response.text()).split("\n");
  });
}
