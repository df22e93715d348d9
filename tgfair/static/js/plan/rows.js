/* The row tool: core/layout/rows.py in the browser, held to the same vectors (tests/data/so-do-day.json). */
import { round3 } from "./geometry.js";

const PATTERN = /^[A-Za-z0-9-]*#{1,4}[A-Za-z0-9-]*$/;
const LONGEST_LABEL = 12;

export function labelOf(pattern, number) {
  const [marks] = pattern.match(/#+/);
  return pattern.replace(marks, String(number).padStart(marks.length, "0"));
}

/* A sentence about what cannot be used, or "" when all can. */
export function refuse(request) {
  if (!(request.count >= 1 && request.count <= 100)) {
    return "Số gian phải từ 1 đến 100.";
  }
  if (!(request.w >= 0.5 && request.w <= 50 && request.d >= 0.5 && request.d <= 50)) {
    return "Chiều rộng và chiều sâu gian phải từ 0,5 đến 50 m.";
  }
  if (!(request.gap >= 0 && request.gap <= 50 && request.first >= 0 && request.first <= 9999)) {
    return "Khoảng hở phải từ 0 đến 50 m, số đầu từ 0 đến 9999.";
  }
  if (!PATTERN.test(request.pattern)) {
    return "Cách đánh số gồm chữ không dấu, số và một dãy dấu #, ví dụ A## cho A01, A02.";
  }
  const longest = labelOf(request.pattern, Math.max(...numbers(request))).length;
  return longest > LONGEST_LABEL ? `Mã gian dài quá ${LONGEST_LABEL} ký tự.` : "";
}

export function rowOfBooths(request, newId) {
  const { count, w, d, gap, rot } = request;
  const width = count * w + (count - 1) * gap;
  const height = d * (request.double ? 2 : 1);
  const [mx, my] = [request.x + width / 2, request.y + height / 2];
  const turn = (rot * Math.PI) / 180;
  return numbers(request).map((number, place) => {
    const back = place >= count;
    const column = place % count;
    const dx = request.x + column * (w + gap) + w / 2 - mx;
    const dy = request.y + (request.double && !back ? d : 0) + d / 2 - my;
    return {
      id: newId(),
      kind: "booth",
      x: round3(mx + dx * Math.cos(turn) - dy * Math.sin(turn) - w / 2),
      y: round3(my + dx * Math.sin(turn) + dy * Math.cos(turn) - d / 2),
      w,
      h: d,
      rot,
      label: labelOf(request.pattern, number),
      group: request.group,
      water: false,
      corner: column === 0 || column === count - 1,
      front: back ? "N" : "S",
      power_w: request.power_w,
      tags: [request.type],
    };
  });
}

/* The numbers, front row from left to right, then the back one. */
function numbers({ count, first, double, backwards, numbering }) {
  const steps = [...Array(count).keys()];
  const sides = double && numbering === "sides";
  const front = steps.map((n) => first + (sides ? 2 * n : n));
  const back = steps.map((n) => (sides ? front[n] + 1 : first + count + n));
  if (backwards) {
    front.reverse();
    back.reverse();
  }
  if (double && numbering === "snake") {
    back.reverse();
  }
  return double ? [...front, ...back] : front;
}
