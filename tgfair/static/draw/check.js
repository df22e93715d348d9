/* The second implementation of the draw, written apart from the server's: read a draw.json strictly,
   recompute everything in this browser, refuse what does not follow. Nothing is sent anywhere.
   Steps: reliability.md 5.1; the same file is refused by kiem-tra-boc-tham.py. */
import { Refused, read } from "./read.js";

export { Refused };

const PARTS = ["closed", "list_hash", "public", "result", "waiting"];
const LIST_PARTS = ["closed_at", "event", "source", "zones"];
const ZONE_PARTS = ["applications", "booths", "code"];
const ID = /^[A-Za-z0-9-]{1,32}$/;

export async function sha256(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* The one text of a list: keys in order, no spaces, everything beyond ASCII as \uXXXX. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Map) {
    const keys = [...value.keys()].sort();
    return `{${keys.map((key) => `${canonical(key)}:${canonical(value.get(key))}`).join(",")}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => (unit === "\u007f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

export async function inLotOrder(seed, zone, kind, names) {
  const places = await Promise.all(
    names.map(async (name) => [await sha256(`tgfair-draw-1|${seed}|${zone}|${kind}|${name}`), name]),
  );
  return places.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, name]) => name);
}

/* Returns {draw, listHash, seed, zones: [{code, lots, booths, pairs, waiting}]}; throws Refused. */
export async function check(text) {
  const draw = read(text);
  checkParts(draw);
  checkLists(draw.get("closed").get("zones"));
  const listText = canonical(draw.get("closed"));
  const listHash = await sha256(`tgfair-list-1|${listText}`);
  if (listHash !== draw.get("list_hash")) {
    throw new Refused("list_hash", "Danh sách không phải là danh sách đã công bố: mã băm không khớp.");
  }
  const seed = await sha256(`tgfair-seed-1|${listHash}|${draw.get("public")}`);
  const zones = [];
  for (const zone of draw.get("closed").get("zones")) zones.push(await drawZone(zone, seed));
  checkResult(draw, zones);
  return { draw, listText, listHash, seed, zones };
}

async function drawZone(zone, seed) {
  const code = zone.get("code");
  const lots = await inLotOrder(seed, code, "A", zone.get("applications"));
  const booths = await inLotOrder(seed, code, "B", zone.get("booths"));
  const drawn = Math.min(lots.length, booths.length);
  return {
    code,
    lots,
    booths,
    pairs: lots.slice(0, drawn).map((name, at) => [name, booths[at]]),
    waiting: lots.slice(drawn),
  };
}

function checkResult(draw, zones) {
  const result = draw.get("result");
  const waiting = draw.get("waiting");
  const pairs = zones.flatMap((zone) => zone.pairs);
  if (pairs.length !== result.size || pairs.some(([name, booth]) => result.get(name) !== booth)) {
    throw new Refused("result", "Kết quả không theo danh sách và con số công khai.");
  }
  const agrees = (zone) => waiting.has(zone.code) && same(waiting.get(zone.code), zone.waiting);
  if (waiting.size !== zones.length || !zones.every(agrees)) {
    throw new Refused("waiting", "Danh sách chờ không theo danh sách và con số công khai.");
  }
}

function same(one, other) {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

function checkParts(draw) {
  const closed = draw instanceof Map ? draw.get("closed") : undefined;
  const fits =
    draw instanceof Map &&
    hasKeys(draw, PARTS) &&
    closed instanceof Map &&
    hasKeys(new Map([...closed].filter(([key]) => key !== "rules")), LIST_PARTS) &&
    [...closed].every(([key, value]) => key === "zones" || isText(value)) &&
    Array.isArray(closed.get("zones")) &&
    closed.get("zones").every(isZone) &&
    isText(draw.get("list_hash")) &&
    isText(draw.get("public")) &&
    isMapOf(draw.get("result"), isText) &&
    isMapOf(draw.get("waiting"), isList);
  if (!fits) throw new Refused("parts", "Tệp thiếu hoặc thừa mục, hoặc có mục không đúng kiểu.");
}

function hasKeys(map, keys) {
  return same([...map.keys()].sort(), keys);
}

/* Text that has bytes: halves of characters have none. */
function isText(value) {
  return typeof value === "string" && !/\p{Surrogate}/u.test(value);
}

function isList(value) {
  return Array.isArray(value) && value.every(isText);
}

function isMapOf(value, fits) {
  return value instanceof Map && [...value.values()].every(fits);
}

function isZone(zone) {
  return (
    zone instanceof Map &&
    hasKeys(zone, ZONE_PARTS) &&
    isText(zone.get("code")) &&
    isList(zone.get("applications")) &&
    isList(zone.get("booths"))
  );
}

function checkLists(zones) {
  const codes = zones.map((zone) => zone.get("code"));
  const applications = zones.flatMap((zone) => zone.get("applications"));
  const booths = zones.flatMap((zone) => zone.get("booths"));
  if (![...codes, ...applications, ...booths].every((name) => ID.test(name))) {
    throw new Refused("ids", "Có mã viết sai.");
  }
  const lists = [codes, ...zones.flatMap((zone) => [zone.get("applications"), zone.get("booths")])];
  if (!lists.every((names) => same(names, [...names].sort()))) {
    throw new Refused("order", "Danh sách không theo thứ tự.");
  }
  if ([codes, applications, booths].some((names) => new Set(names).size !== names.length)) {
    throw new Refused("twice", "Một mã ghi hai lần.");
  }
}
