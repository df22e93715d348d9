/* The floor plan: pan, zoom and arrow keys. One CSS transform on the SVG; the viewBox is never touched,
   because that re-lays every booth (3.5 times slower at 500 booths). */
const LABEL_PX = 9;
const STEP = 1.5;
const MAX = 12;
const DRAG_PX = 6;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Plan {
  constructor(box) {
    this.box = box;
    this.view = box.querySelector("[data-plan-view]");
    this.svg = this.view.querySelector("svg");
    this.booths = [...this.svg.querySelectorAll("[data-booth]")];
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fingers = new Map();
    this.moved = 0;
  }

  draw() {
    const { clientWidth: w, clientHeight: h } = this.view;
    const keep = (at, size, room) => Math.min(0, Math.max(at, Math.min(0, room - size)));
    this.x = keep(this.x, this.svg.clientWidth * this.scale, w);
    this.y = keep(this.y, this.svg.clientHeight * this.scale, h);
    this.svg.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.view.style.touchAction = this.scale > 1 ? "none" : "pan-y";
    const metre = (this.svg.clientWidth / this.svg.viewBox.baseVal.width) * this.scale;
    const label = Number(this.svg.dataset.label ?? 1);
    this.box.classList.toggle("far", label * metre < LABEL_PX);
  }

  zoom(factor, px = this.view.clientWidth / 2, py = this.view.clientHeight / 2) {
    const next = Math.min(MAX, Math.max(1, this.scale * factor));
    const ratio = next / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = next;
    this.draw();
  }

  centre(booth) {
    const outer = this.view.getBoundingClientRect();
    const inner = booth.getBoundingClientRect();
    this.x += outer.left + outer.width / 2 - (inner.left + inner.width / 2);
    this.y += outer.top + outer.height / 2 - (inner.top + inner.height / 2);
    this.draw();
  }

  find(code) {
    const booth = this.booths.find((one) => one.dataset.booth === code);
    if (booth) {
      const wanted = Math.max(1, 44 / Math.max(1, booth.getBoundingClientRect().width));
      this.zoom(wanted);
      this.select(booth);
      this.centre(booth);
    }
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
    const middle = (one) => {
      const r = one.getBoundingClientRect();
      return [r.left + r.width / 2, r.top + r.height / 2];
    };
    const [x, y] = middle(booth);
    const cost = (one) => {
      const [a, b] = middle(one);
      const along = (a - x) * dx + (b - y) * dy;
      const aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
      return along > 1 ? along + 2 * aside : Infinity;
    };
    const best = this.booths.reduce((p, q) => (cost(q) < cost(p) ? q : p));
    return cost(best) < Infinity ? best : null;
  }

  key(event) {
    const booth = event.target.closest("[data-booth]");
    const next = booth && event.key in KEYS && this.neighbour(booth, KEYS[event.key]);
    if (next) {
      event.preventDefault();
      this.rove(next);
      next.focus({ preventScroll: true });
      this.centre(next);
    }
  }

  down(event) {
    if (event.isPrimary) {
      this.moved = 0;
      this.fingers.clear();
    }
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      return;
    }
    const here = [event.clientX, event.clientY];
    const [dx, dy] = [here[0] - before[0], here[1] - before[1]];
    this.moved += Math.abs(dx) + Math.abs(dy);
    this.svg.style.willChange = "transform";
    if (this.fingers.size === 2) {
      const [, other] = [...this.fingers].find(([id]) => id !== event.pointerId);
      const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
      const { left, top } = this.view.getBoundingClientRect();
      this.zoom(far(here) / far(before), (here[0] + other[0]) / 2 - left, (here[1] + other[1]) / 2 - top);
    } else if (event.pointerType === "mouse" || this.scale > 1) {
      this.x += dx;
      this.y += dy;
      this.draw();
    }
    this.fingers.set(event.pointerId, here);
  }

  up(event) {
    this.fingers.delete(event.pointerId);
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
  const { view, box } = plan;
  view.addEventListener("pointerdown", (event) => plan.down(event));
  addEventListener("pointermove", (event) => plan.move(event));
  addEventListener("pointerup", (event) => plan.up(event));
  addEventListener("pointercancel", (event) => plan.up(event));
  view.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("click", (event) => plan.click(event), true);
  view.addEventListener("keydown", (event) => plan.key(event));
  view.addEventListener("focusin", (event) => {
    view.scrollTo(0, 0);
    if (plan.moved === 0 && event.target.matches(":focus-visible")) {
      plan.centre(event.target);
    }
  });
  view.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        const { left, top } = view.getBoundingClientRect();
        plan.zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
      }
    },
    { passive: false },
  );
  box.querySelectorAll("[data-plan-zoom]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => plan.zoom({ in: STEP, out: 1 / STEP, all: 0 }[button.dataset.planZoom]));
  });
  addEventListener("resize", () => plan.draw());
  addEventListener("hashchange", () => plan.find(decodeURIComponent(location.hash.slice(1))));
}

export function start(box) {
  const plan = new Plan(box);
  listen(plan);
  box.classList.add("live");
  plan.zoom(plan.view.clientHeight / Math.max(1, plan.svg.clientHeight), 0, 0);
  if (plan.booths.length > 0) {
    plan.rove(plan.booths.find((one) => one.classList.contains("mine")) ?? plan.booths[0]);
  }
  plan.find(box.dataset.planFind || decodeURIComponent(location.hash.slice(1)));
}
