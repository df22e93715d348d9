/* Turned rectangles in metres, as in core/layout/geometry.py: y runs down, rot turns clockwise. */
export const TOLERANCE_M = 0.005;

/* Three decimals are a millimetre: no more is ever kept. */
export const round3 = (value) => Math.round(value * 1000) / 1000;

export function corners(item) {
  return turned(item, item.x, item.y, item.w, item.h);
}

/* The floor before the open side, `depth` metres deep. */
export function stripBefore(item, depth) {
  const { x, y, w, h } = item;
  const sides = {
    N: [x, y - depth, w, depth],
    S: [x, y + h, w, depth],
    W: [x - depth, y, depth, h],
    E: [x + w, y, depth, h],
  };
  return turned(item, ...sides[item.front ?? "S"]);
}

function turned(item, x, y, w, h) {
  const turn = (item.rot * Math.PI) / 180;
  const [mx, my] = [item.x + item.w / 2, item.y + item.h / 2];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const at = (px, py) => [mx + (px - mx) * cos - (py - my) * sin, my + (px - mx) * sin + (py - my) * cos];
  return [at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)];
}

/* Whether two rectangles share floor; touching edges do not count (separating axes). */
export function overlap(one, two) {
  for (const [ax, ay] of [...axes(one), ...axes(two)]) {
    const [low1, high1] = shadow(one, ax, ay);
    const [low2, high2] = shadow(two, ax, ay);
    if (high1 <= low2 + TOLERANCE_M || high2 <= low1 + TOLERANCE_M) {
      return false;
    }
  }
  return true;
}

function shadow(points, ax, ay) {
  const along = points.map(([x, y]) => x * ax + y * ay);
  return [Math.min(...along), Math.max(...along)];
}

function axes([a, b, c]) {
  return [
    [a, b],
    [b, c],
  ].map(([p, q]) => {
    const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
    return [(q[0] - p[0]) / length, (q[1] - p[1]) / length];
  });
}

export function distance(point, rectangle) {
  return Math.min(...rectangle.map((corner, n) => toSegment(point, corner, rectangle[(n + 1) % rectangle.length])));
}

function toSegment([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

export function middle([a, , c]) {
  return [(a[0] + c[0]) / 2, (a[1] + c[1]) / 2];
}

/* The upright box around objects, turned ones and outlines included. */
export function bounds(items) {
  const points = items.flatMap((item) => item.poly ?? corners(item));
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
