/* What is wrong with a plan, while it is drawn: core/layout/checks.py in the browser, held to the same
   vectors (tests/data/so-do-loi.json). The server's word counts when the plan is put to use. */
import { corners, distance, middle, overlap, stripBefore, TOLERANCE_M } from "./geometry.js";

const FAIR = { aisle: 3, front: 3, exit: 30 };
const HALL = { aisle: 2, front: 1.5, exit: 30 };
const SOLID = new Set(["booth", "stage", "toilet", "wall", "power", "tree", "gate"]);
const FURNISHED = new Set(["booth", "stage", "toilet", "zone"]);
const NAMES = {
  booth: "Gian",
  zone: "Khu",
  stage: "Sân khấu",
  gate: "Cổng",
  aisle: "Lối đi",
  wall: "Tường",
  text: "Chữ",
  toilet: "Nhà vệ sinh",
  power: "Tủ điện",
  tree: "Cây",
};

export function nameOf(item) {
  if (item.kind === "booth") {
    return `Gian ${item.label}`;
  }
  const short = (value) => String(Number(value.toPrecision(6))).replace(".", ",");
  return NAMES[item.kind] + (item.label ? ` “${item.label}”` : ` tại (${short(item.x)}; ${short(item.y)})`);
}

const metres = (value) => `${String(Math.floor(value * 10 + 0.5) / 10).replace(".", ",")} m`;
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ".");
const has = (item, tag) => (item.tags ?? []).includes(tag);

export function checkPlan(plan) {
  const booths = plan.objects.filter((item) => item.kind === "booth");
  const limits = booths.every((booth) => has(booth, "table")) ? HALL : FAIR;
  const placed = plan.objects.map((item) => place(item));
  const solid = placed.filter((one) => one.blocks).sort((a, b) => a.left - b.left);
  return [
    ...duplicateLabels(booths),
    ...outside(plan, placed),
    ...overlaps(solid),
    ...aisles(placed, solid, limits.aisle),
    ...fronts(booths, solid, limits.front),
    ...exits(placed, limits.exit),
    ...feeds(plan, booths),
  ];
}

function place(item) {
  const points = corners(item);
  const xs = points.map(([x]) => x);
  const blocks = SOLID.has(item.kind) || (item.kind === "zone" && has(item, "service"));
  return { item, points, left: Math.min(...xs), right: Math.max(...xs), blocks };
}

const problem = (code, items, sentence) => ({ code, objects: items.map((item) => item.id), sentence });

function duplicateLabels(booths) {
  const same = new Map();
  for (const booth of booths) {
    const label = booth.label.toUpperCase();
    same.set(label, [...(same.get(label) ?? []), booth]);
  }
  return [...same]
    .filter(([, found]) => found.length > 1)
    .map(([label, found]) => problem("duplicate_label", found, `Có ${found.length} gian cùng mang mã ${label}.`));
}

function outside(plan, placed) {
  const [width, height] = plan.size;
  const isIn = ([x, y]) =>
    x >= -TOLERANCE_M && x <= width + TOLERANCE_M && y >= -TOLERANCE_M && y <= height + TOLERANCE_M;
  return placed
    .filter(({ item, points }) => ![...points, ...(item.poly ?? [])].every(isIn))
    .map(({ item }) => problem("outside", [item], `${nameOf(item)} nằm ngoài mặt bằng.`));
}

function overlaps(solid) {
  const found = [];
  const hole = (item) => item.kind === "wall" || item.kind === "gate";
  solid.forEach((one, number) => {
    for (let next = number + 1; next < solid.length && solid[next].left < one.right; next += 1) {
      const two = solid[next];
      // walls meet in corners, and a gate is a hole in a wall
      if (!(hole(one.item) && hole(two.item)) && overlap(one.points, two.points)) {
        const sentence = `${nameOf(one.item)} chồng lên ${nameOf(two.item)}.`;
        found.push(problem("overlap", [one.item, two.item], sentence));
      }
    }
  });
  return found;
}

function inTheWay(floor, solid) {
  const xs = floor.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  return solid
    .filter((other) => other.left < right && other.right > left && overlap(floor, other.points))
    .map((other) => other.item);
}

function aisles(placed, solid, least) {
  const furnished = solid.filter((one) => FURNISHED.has(one.item.kind));
  return placed
    .filter(({ item }) => item.kind === "aisle")
    .flatMap(({ item, points }) => {
      const width = Math.min(item.w, item.h);
      const sentence = `${nameOf(item)} rộng ${metres(width)}, cần ít nhất ${metres(least)}.`;
      const narrow = width < least - TOLERANCE_M ? [problem("aisle_narrow", [item], sentence)] : [];
      const blocked = inTheWay(points, furnished).map((other) =>
        problem("aisle_blocked", [item, other], `${nameOf(other)} lấn vào ${nameOf(item)}.`),
      );
      return [...narrow, ...blocked];
    });
}

function fronts(booths, solid, least) {
  return booths
    .filter((booth) => booth.front)
    .flatMap((booth) =>
      inTheWay(stripBefore(booth, least), solid)
        .filter((other) => other.id !== booth.id && other.kind !== "gate")
        .map((other) => {
          const sentence = `Trước mặt ${nameOf(booth)} cần trống ${metres(least)}: vướng ${nameOf(other)}.`;
          return problem("front_blocked", [booth, other], sentence);
        }),
    );
}

function exits(placed, most) {
  const gates = placed.filter(({ item }) => item.kind === "gate").map(({ points }) => points);
  const found = [];
  for (const { item, points } of placed.filter((one) => one.item.kind === "booth")) {
    const nearest = Math.min(...gates.map((gate) => distance(middle(points), gate)));
    if (nearest > most + TOLERANCE_M) {
      const far = Number.isFinite(nearest) ? ` (gần nhất ${metres(nearest)})` : "";
      found.push(problem("no_exit", [item], `${nameOf(item)} không có lối ra nào trong vòng ${metres(most)}${far}.`));
    }
  }
  return found;
}

/* Each zone's needs against its own cabinets; zones without one share the common ones. */
function feeds(plan, booths) {
  const cabinets = plan.objects.filter((item) => item.kind === "power");
  if (cabinets.length === 0) {
    return [];
  }
  const add = (sums, key, power) => sums.set(key, (sums.get(key) ?? 0) + power);
  const [supply, needs] = [new Map(), new Map()];
  cabinets.forEach((item) => add(supply, item.group ?? "", item.power_w ?? 0));
  booths.forEach((item) => add(needs, supply.has(item.group) ? item.group : "", item.power_w ?? 0));
  const labels = new Map(plan.groups.map((group) => [group.id, `Khu ${group.id} (${group.label})`]));
  return [...needs]
    .filter(([zone, need]) => need > (supply.get(zone) ?? 0))
    .map(([zone, need]) => {
      const own = cabinets.filter((item) => (item.group ?? "") === zone);
      const who = labels.get(zone) ?? "Các khu dùng tủ điện chung";
      const has_w = grouped(supply.get(zone) ?? 0);
      return problem("feed_over", own, `${who} cần ${grouped(need)} W, tủ điện chỉ có ${has_w} W.`);
    });
}
