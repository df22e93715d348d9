/* Draws a document as SVG and keeps it in step: only what was replaced is drawn again. */
import { corners } from "./geometry.js";
import { nameOf } from "./problems.js";

const SVG = "http://www.w3.org/2000/svg";
const UPWARDS = ["zone", "aisle", "tree", "wall", "toilet", "power", "stage", "gate", "text", "booth"];
const MARGIN_M = 2;
const LARGEST_LABEL_M = 1.3;
// of the font size, as documents/plan_svg.py has them
const LETTER_WIDTH = 0.62;
const TEXT_WIDTH = 0.55;
const BASELINE = 0.36;

export function svgElement(name, attributes = {}, children = []) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const path = (points) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}z`;
export const outline = (item) => path(item.poly ?? corners(item));
const between = (value, least, most) => Math.max(least, Math.min(value, most));

/* A tree is as round as its spot is narrow. */
function round(item) {
  const r = Math.min(item.w, item.h) / 2;
  const [x, y] = [item.x + item.w / 2, item.y + item.h / 2];
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

/* The words of a name on lines of at most so many letters. */
function wrapped(text, letters) {
  const lines = [""];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last && last.length + 1 + word.length > letters) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`.trim();
    }
  }
  return lines;
}

export class Sheet {
  constructor(pictureUrl) {
    this.pictureUrl = pictureUrl;
    this.drawn = new Map();
    this.ground = svgElement("g", { "aria-hidden": "true" });
    this.items = svgElement("g", { role: "none" });
    this.over = svgElement("g", { "aria-hidden": "true", class: "over" });
    this.svg = svgElement("svg", { class: "plan-svg", role: "none" }, [this.ground, this.items, this.over]);
  }

  /* Returns whether the size of the sheet is another one. */
  render(document, selection) {
    const before = this.document;
    this.document = document;
    this.colors = new Map(document.groups.map((group) => [group.id, group.color]));
    const resized = before?.size !== document.size;
    if (resized || before?.background !== document.background) {
      this.drawGround(document);
    }
    const inOrder = [...document.objects].sort((a, b) => UPWARDS.indexOf(a.kind) - UPWARDS.indexOf(b.kind));
    const recoloured = before?.groups !== document.groups;
    inOrder.forEach((item, place) => {
      const known = this.drawn.get(item.id);
      const element = known?.item === item && !recoloured ? known.element : this.draw(item, known?.element);
      this.drawn.set(item.id, { item, element });
      if (this.items.children[place] !== element) {
        this.items.insertBefore(element, this.items.children[place] ?? null);
      }
    });
    while (this.items.children.length > inOrder.length) {
      this.drawn.delete(this.items.lastChild.dataset.id);
      this.items.lastChild.remove();
    }
    this.mark("selected", selection);
    return resized;
  }

  mark(name, ids) {
    for (const [id, { element }] of this.drawn) {
      element.classList.toggle(name, ids.has(id));
      if (name === "selected") {
        element.setAttribute("aria-selected", ids.has(id));
      }
    }
  }

  drawGround(document) {
    const [width, height] = document.size;
    const edge = 2 * MARGIN_M;
    this.svg.setAttribute("viewBox", `${-MARGIN_M} ${-MARGIN_M} ${width + edge} ${height + edge}`);
    const steps = (most) => [...Array(Math.floor(most / 5) + 1).keys()].map((n) => n * 5);
    const lines = [
      ...steps(width).map((x) => `M${x} 0V${height}`),
      ...steps(height).map((y) => `M0 ${y}H${width}`),
    ].join("");
    const figure = (x, y, text) => svgElement("text", { x, y, class: "figure" }, [String(text)]);
    const figures = [
      ...steps(width).filter((x) => x % 10 === 0).map((x) => figure(x, -0.4, x)),
      ...steps(height).filter((y) => y % 10 === 0 && y > 0).map((y) => figure(-1, y + 0.3, y)),
    ];
    this.ground.replaceChildren(
      svgElement("path", { class: "ground", d: `M0 0H${width}V${height}H0z`, "font-size": 1 }),
      ...this.picture(document.background),
      svgElement("path", { class: "grid", d: lines }),
      svgElement("g", { "font-size": 0.9 }, figures), // a size on the text itself is overruled by plan.css
    );
  }

  picture(background) {
    if (!background || !this.pictureUrl) {
      return [];
    }
    const { x, y, scale, rot, opacity, width, height } = background;
    const transform = `translate(${x} ${y}) rotate(${rot}) scale(${scale})`;
    return [svgElement("image", { href: this.pictureUrl, width, height, transform, opacity })];
  }

  draw(item, old) {
    const booth = item.kind === "booth";
    const color = this.colors.get(item.group);
    const kinds = [item.kind, ...(item.tags ?? []).filter((tag) => /^[a-z]+$/.test(tag))].join(" ");
    const d = item.kind === "tree" ? round(item) : outline(item);
    const shape = svgElement("path", { d, ...(!booth && { class: kinds, ...(color && { fill: color }) }) });
    const element = svgElement(
      "g",
      {
        id: `o-${item.id}`,
        class: booth ? "ed booth" : "ed",
        "data-id": item.id,
        role: "option",
        "aria-label": this.words(item),
        "font-size": this.labelSize(item),
        ...(booth && { fill: color ?? "#dfe6e2" }),
      },
      item.kind === "zone" && item.group ? [shape] : [shape, ...this.label(item)],
    );
    old?.replaceWith(element);
    return element;
  }

  words(item) {
    const short = (value) => String(value).replace(".", ",");
    const zone = item.group ? `, khu ${item.group}` : "";
    return `${nameOf(item)}, ${short(item.w)} × ${short(item.h)} m, cách trái ${short(item.x)}, cách trên ${short(item.y)}${zone}`;
  }

  labelSize(item) {
    if (item.kind !== "booth") {
      return Math.min(2, Math.max(0.4, Math.max(...this.document.size) / 85));
    }
    const along = Math.max(item.w, item.h) === item.h && item.w < 1 ? item.h : item.w;
    const across = along === item.w ? item.h : item.w;
    return Math.min((along * 0.95) / (LETTER_WIDTH * Math.max(2, item.label.length)), across * 0.6, LARGEST_LABEL_M).toFixed(2);
  }

  label(item) {
    if (!item.label || item.kind === "power") {
      return [];
    }
    if (item.kind === "gate") {
      return [this.gateName(item)];
    }
    const size = Number(this.labelSize(item));
    const [x, y] = [item.x + item.w / 2, item.y + item.h / 2];
    const booth = item.kind === "booth";
    const upright = booth ? item.w >= 1 || item.h <= item.w : item.h <= 2 * item.w || item.kind === "toilet";
    const turn = upright ? {} : { transform: `rotate(-90 ${x} ${y})` };
    if (booth) {
      return [svgElement("text", { x, y: y + size * BASELINE, ...turn }, [item.label])];
    }
    const lines = wrapped(item.label, Math.max(4, Math.floor((upright ? item.w : item.h) / (size * TEXT_WIDTH))));
    const first = y - (lines.length - 1) * size * 0.65 + size * BASELINE;
    const spans = lines.map((line, n) => svgElement("tspan", { x, y: first + n * size * 1.3 }, [line]));
    return [svgElement("text", { class: `name on-${item.kind}`, ...turn }, spans)];
  }

  /* Written outside the edge that the gate stands in, where no booth is. */
  gateName(item) {
    const [width, height] = this.document.size;
    const size = Number(this.labelSize(item));
    const half = (item.label.length * size * LETTER_WIDTH) / 2;
    const [mx, my] = [item.x + item.w / 2, item.y + item.h / 2];
    const x = between(mx, half - MARGIN_M, width + MARGIN_M - half);
    const y = between(my, half - MARGIN_M, height + MARGIN_M - half);
    const sides = [
      [mx, -0.5 * size, y],
      [width - mx, width + 1.3 * size, y],
      [my, x, -0.5 * size],
      [height - my, x, height + 1.3 * size],
    ];
    const nearest = sides.reduce((p, q) => (q[0] < p[0] ? q : p));
    const [, ax, ay] = nearest;
    const turn = sides.indexOf(nearest) < 2 ? { transform: `rotate(-90 ${ax} ${ay})` } : {};
    const kind = (item.tags ?? []).includes("emergency") ? " emergency" : "";
    return svgElement("text", { class: `gate-name${kind}`, x: ax, y: ay, ...turn }, [item.label]);
  }
}
