/* What one does to a drawing: each function makes a new document of a document. */
import { bounds, round3 } from "./geometry.js";

export const SNAP_M = 0.5;

export const snapped = (value, step = SNAP_M) => round3(Math.round(value / step) * step);

function mapped(document, ids, change) {
  let same = true;
  const objects = document.objects.map((item) => {
    const next = ids.has(item.id) ? change(item) : item;
    same &&= next === item;
    return next;
  });
  return same ? document : { ...document, objects };
}

export const moveBy = (ids, dx, dy) => (document) =>
  dx === 0 && dy === 0
    ? document
    : mapped(document, ids, (item) => ({
        ...item,
        x: round3(item.x + dx),
        y: round3(item.y + dy),
        ...(item.poly && { poly: item.poly.map(([x, y]) => [round3(x + dx), round3(y + dy)]) }),
      }));

/* Turns all together about the middle of the box around them, clockwise. */
export const rotateBy = (ids, degrees) => (document) => {
  const items = document.objects.filter((item) => ids.has(item.id));
  const { left, top, right, bottom } = bounds(items);
  const [mx, my] = [(left + right) / 2, (top + bottom) / 2];
  const turn = (degrees * Math.PI) / 180;
  const at = (x, y) => [
    mx + (x - mx) * Math.cos(turn) - (y - my) * Math.sin(turn),
    my + (x - mx) * Math.sin(turn) + (y - my) * Math.cos(turn),
  ];
  return mapped(document, ids, (item) => {
    const [x, y] = at(item.x + item.w / 2, item.y + item.h / 2);
    const place = {
      x: round3(x - item.w / 2),
      y: round3(y - item.h / 2),
      rot: round3((((item.rot + degrees) % 360) + 360) % 360),
    };
    return { ...item, ...place, ...(item.poly && { poly: item.poly.map(([a, b]) => at(a, b).map(round3)) }) };
  });
};

/* Writes fields; an outline is only good for the box that it was drawn for. */
export const setFields = (ids, fields) => (document) =>
  mapped(document, ids, (item) => {
    if (Object.entries(fields).every(([key, value]) => item[key] === value)) {
      return item;
    }
    const next = { ...item, ...fields };
    if (["x", "y", "w", "h", "rot"].some((key) => key in fields)) {
      delete next.poly;
    }
    return next;
  });

export const setTag = (ids, tag, on) => (document) =>
  mapped(document, ids, (item) => {
    const tags = (item.tags ?? []).filter((one) => one !== tag);
    const had = tags.length !== (item.tags ?? []).length;
    return had === on ? item : { ...item, tags: on ? [...tags, tag] : tags };
  });

/* core/layout/booth_types.py in the browser. */
export const typeOf = (item, types) => (item.tags ?? []).find((tag) => types.includes(tag)) ?? "standard";

export const setType = (ids, type, types) => (document) =>
  mapped(document, ids, (item) =>
    typeOf(item, types) === type ? item : { ...item, tags: [type, ...(item.tags ?? []).filter((tag) => !types.includes(tag))] },
  );

export const remove = (ids) => (document) => ({
  ...document,
  objects: document.objects.filter((item) => !ids.has(item.id)),
});

export const add = (items) => (document) => ({ ...document, objects: [...document.objects, ...items] });

/* The first label after this one that no booth has: A07 after A06. */
export function nextLabel(document, label, taken = new Set()) {
  const used = new Set(document.objects.filter((item) => item.kind === "booth").map((item) => item.label.toUpperCase()));
  const [, head, digits] = label.match(/^(.*?)(\d*)$/);
  const width = Math.max(2, digits.length);
  let number = Number(digits || 0);
  let next = label;
  do {
    number += 1;
    next = head + String(number).padStart(width, "0");
  } while (used.has(next.toUpperCase()) || taken.has(next.toUpperCase()));
  return next.slice(0, 12);
}

/* Copies beside the originals: to the right by their width, booths with the next free labels. */
export function copies(document, items, newId) {
  const { left, right } = bounds(items);
  const dx = round3(right - left);
  const taken = new Set();
  return items.map((item) => {
    const label = item.kind === "booth" ? nextLabel(document, item.label, taken) : item.label;
    taken.add(label.toUpperCase());
    const poly = item.poly?.map(([x, y]) => [round3(x + dx), y]);
    return { ...item, id: newId(), x: round3(item.x + dx), label, ...(poly && { poly }) };
  });
}

const EDGES = {
  left: (box, all) => [all.left - box.left, 0],
  right: (box, all) => [all.right - box.right, 0],
  top: (box, all) => [0, all.top - box.top],
  bottom: (box, all) => [0, all.bottom - box.bottom],
  middle: (box, all) => [(all.left + all.right - box.left - box.right) / 2, 0],
  centre: (box, all) => [0, (all.top + all.bottom - box.top - box.bottom) / 2],
};

export const align = (ids, edge) => (document) => {
  const items = document.objects.filter((item) => ids.has(item.id));
  const all = bounds(items);
  return items.reduce(
    (next, item) => moveBy(new Set([item.id]), ...EDGES[edge](bounds([item]), all).map(round3))(next),
    document,
  );
};

/* Even gaps between the first and the last, along x or y. */
export const distribute = (ids, axis) => (document) => {
  const [low, high] = axis === "x" ? ["left", "right"] : ["top", "bottom"];
  const items = document.objects
    .filter((item) => ids.has(item.id))
    .map((item) => ({ item, box: bounds([item]) }))
    .sort((a, b) => a.box[low] - b.box[low]);
  const size = items.reduce((sum, { box }) => sum + box[high] - box[low], 0);
  const gap = (items.at(-1).box[high] - items[0].box[low] - size) / (items.length - 1);
  let at = items[0].box[low];
  let next = document;
  for (const { item, box } of items) {
    const by = round3(at - box[low]);
    next = moveBy(new Set([item.id]), axis === "x" ? by : 0, axis === "x" ? 0 : by)(next);
    at += box[high] - box[low] + gap;
  }
  return next;
};

export const setSheet = (fields) => (document) => ({ ...document, ...fields });

export const putGroup = (group) => (document) => ({
  ...document,
  groups: document.groups.some(({ id }) => id === group.id)
    ? document.groups.map((one) => (one.id === group.id ? group : one))
    : [...document.groups, group],
});

export const setBackground = (fields) => (document) => ({
  ...document,
  background: { ...document.background, ...fields },
});

/* Makes the two points lie `metres` apart, the first one staying where it is. */
export const scaleBackground = ([ax, ay], [bx, by], metres) => (document) => {
  const picture = document.background;
  const factor = metres / Math.hypot(bx - ax, by - ay);
  return setBackground({
    scale: Number((picture.scale * factor).toPrecision(8)),
    x: round3(ax + (picture.x - ax) * factor),
    y: round3(ay + (picture.y - ay) * factor),
  })(document);
};
