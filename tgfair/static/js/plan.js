/* The floor plan: pan, zoom and arrow keys, by finger, mouse and keyboard; places in metres, as the SVG has them. */
import { Viewport } from "./plan/viewport.js";

const LABEL_PX = 9;
const TARGET_PX = 44;
const STEP = 1.5;
const DRAG_PX = 6;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ZOOMS = { in: STEP, out: 1 / STEP, all: 0, "+": STEP, "=": STEP, "-": 1 / STEP, 0: 0 };

class Plan {
  constructor(box) {
    this.box = box;
    this.view = box.querySelector("[data-plan-view]");
    this.svg = this.view.querySelector("svg");
    this.booths = [...this.svg.querySelectorAll("[data-booth]")];
    this.label = Number(this.svg.dataset.label ?? 1);
    this.places = new Map();
    this.moved = 0;
    this.viewport = new Viewport(this.view, this.svg, { onDraw: () => this.drawn() });
  }

  drawn() {
    const { scale, metre } = this.viewport;
    this.view.style.touchAction = scale > 1 ? "none" : "pan-y";
    this.box.classList.toggle("far", this.label * metre * scale < LABEL_PX);
  }

  place(booth) {
    if (!this.places.has(booth)) {
      const { x, y, width, height } = booth.querySelector("path").getBBox();
      this.places.set(booth, { x: x + width / 2, y: y + height / 2, width });
    }
    return this.places.get(booth);
  }

  centre(booth) {
    const { x, y } = this.place(booth);
    this.viewport.centreAt(x, y);
  }

  /* Shows the booth of a code as large as a finger, in the middle. */
  find(code) {
    const booth = this.booths.find((one) => one.dataset.booth === code);
    if (booth) {
      const wide = this.place(booth).width * this.viewport.metre * this.viewport.scale;
      this.viewport.zoom(Math.max(1, TARGET_PX / Math.max(1, wide)));
      this.select(booth);
      this.centre(booth);
    }
  }

  /* Marks the booths of these codes and no others. */
  mark(codes) {
    this.booths.forEach((one) => one.classList.toggle("found", codes.has(one.dataset.booth)));
  }

  select(booth) {
    this.booths.forEach((one) => {
      one.classList.toggle("mine", one === booth);
      one.removeAttribute("aria-current");
    });
    booth.setAttribute("aria-current", "true");
    this.rove(booth);
    const detail = { code: booth.dataset.booth, id: booth.dataset.id };
    this.box.dispatchEvent(new CustomEvent("plan:select", { detail, bubbles: true }));
  }

  rove(booth) {
    this.booths.forEach((one) => one.setAttribute("tabindex", one === booth ? "0" : "-1"));
  }

  /* The nearest booth in the direction of the key; sideways distance counts double. */
  neighbour(booth, [dx, dy]) {
    const from = this.place(booth);
    const cost = (one) => {
      const { x, y } = this.place(one);
      const along = (x - from.x) * dx + (y - from.y) * dy;
      const aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
      return along > 0.1 ? along + 2 * aside : Infinity;
    };
    const best = this.booths.reduce((p, q) => (cost(q) < cost(p) ? q : p));
    return cost(best) < Infinity ? best : null;
  }

  key(event) {
    const booth = event.target.closest("[data-booth]");
    if (!booth || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const next = event.key in WAYS && this.neighbour(booth, WAYS[event.key]);
    if (next) {
      this.rove(next);
      next.focus({ preventScroll: true });
      this.centre(next);
    } else if (event.key in ZOOMS) {
      this.viewport.zoom(ZOOMS[event.key]);
      this.centre(booth);
    } else {
      return;
    }
    event.preventDefault();
  }

  down(event) {
    if (event.isPrimary) {
      this.moved = 0;
    }
    this.viewport.down(event);
  }

  move(event) {
    const { viewport, svg } = this;
    if (!viewport.fingers.has(event.pointerId)) {
      return;
    }
    svg.style.willChange = "transform"; // until the fingers are off, so that text is drawn sharp again
    const way = viewport.move(event);
    this.moved += way ? Math.abs(way[0]) + Math.abs(way[1]) : DRAG_PX;
    if (way && (event.pointerType === "mouse" || viewport.scale > 1)) {
      viewport.pan(...way);
    }
  }

  up(event) {
    this.viewport.up(event);
    this.svg.style.willChange = "";
  }

  click(event) {
    const booth = event.target.closest("[data-booth]");
    if (this.moved > DRAG_PX) {
      event.preventDefault();
    } else if (booth && "planSelect" in this.box.dataset) {
      event.preventDefault();
      this.select(booth);
    }
  }
}

function listen(plan) {
  const { view, box, viewport } = plan;
  view.addEventListener("pointerdown", (event) => plan.down(event));
  addEventListener("pointermove", (event) => plan.move(event));
  addEventListener("pointerup", (event) => plan.up(event));
  addEventListener("pointercancel", (event) => plan.up(event));
  view.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("click", (event) => plan.click(event), true);
  view.addEventListener("keydown", (event) => plan.key(event));
  view.addEventListener("wheel", (event) => viewport.wheel(event), { passive: false });
  view.addEventListener("focusin", (event) => {
    view.scrollTo(0, 0);
    if (plan.moved === 0 && event.target.matches(":focus-visible")) {
      plan.centre(event.target);
    }
  });
  box.querySelectorAll("[data-plan-zoom]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => viewport.zoom(ZOOMS[button.dataset.planZoom]));
  });
  box.addEventListener("plan:find", ({ detail }) => plan.find(detail));
  box.addEventListener("plan:mark", ({ detail }) => plan.mark(detail));
  addEventListener("resize", () => {
    viewport.measure();
    viewport.draw();
  });
  addEventListener("hashchange", () => plan.find(decodeURIComponent(location.hash.slice(1))));
}

export function start(box) {
  const plan = new Plan(box);
  const { viewport } = plan;
  listen(plan);
  box.classList.add("live");
  viewport.measure(); // the frame has another height once it is live
  viewport.zoom(viewport.room.h / Math.max(1, viewport.size.h), 0, 0);
  if (plan.booths.length > 0) {
    plan.rove(plan.booths.find((one) => one.classList.contains("mine")) ?? plan.booths[0]);
  }
  plan.find(box.dataset.planFind || decodeURIComponent(location.hash.slice(1)));
}
