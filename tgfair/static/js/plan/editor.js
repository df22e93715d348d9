/* The drawing board: joins the drawing (state.js), its picture (sheet.js), hands (pointer.js, keys.js),
   the side panel (inspector.js) and saving (save.js). Everything it does, the tables do too. */
import { add, align, distribute, nextLabel, remove, rotateBy, scaleBackground, snapped } from "./commands.js";
import { bounds } from "./geometry.js";
import { Inspector, number } from "./inspector.js";
import { Keys } from "./keys.js";
import { Pointer } from "./pointer.js";
import { checkPlan, nameOf } from "./problems.js";
import { Saver } from "./save.js";
import { Sheet } from "./sheet.js";
import { History } from "./state.js";
import { Viewport } from "./viewport.js";

const SIZES = {
  booth: [3, 3],
  aisle: [20, 4],
  zone: [20, 10],
  stage: [10, 6],
  gate: [4, 0.5],
  wall: [10, 0.3],
  toilet: [6, 3],
  power: [1, 1],
  tree: [1.5, 1.5],
  text: [6, 1],
};
const CHECK_MS = 150;
const SHOWN_PROBLEMS = 100;

class Editor {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.config = JSON.parse(this.find("[data-config]").textContent);
    this.board = this.find("[data-board]");
    this.tool = "select";
    this.space = false;
    this.nameOf = nameOf;
    this.history = new History(this.config.document);
    this.sheet = new Sheet(this.config.pictureUrl);
    this.sheet.render(this.history.document, this.history.selection);
    this.board.append(this.sheet.svg);
    root.hidden = false;
    this.viewport = new Viewport(this.board, this.sheet.svg, {
      least: () => Math.min(1, this.board.clientHeight / Math.max(1, this.sheet.svg.clientHeight)),
      most: 24,
    });
    this.saver = new Saver({
      url: this.config.saveUrl,
      token: this.find("[name=csrf_token]").value,
      version: this.config.version,
      read: () => this.history.document,
      say: (text, good) => this.saved(text, good),
      lost: (data) => this.conflict(data),
    });
    this.inspector = new Inspector(this);
    this.pointer = new Pointer(this);
    this.keys = new Keys(this);
    this.history.listen((now, before) => this.changed(now, before));
    this.listen();
    this.viewport.zoom(0);
    this.inspector.show();
    this.check();
    this.buttons();
    this.restore();
  }

  newId() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  listen() {
    const { root } = this;
    root.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => this.take(button.dataset.tool)));
    root.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", () => this.act(button.dataset.act)));
    root.querySelectorAll("[data-draft-form]").forEach((form) => form.addEventListener("submit", (event) => this.handOver(event)));
    addEventListener("resize", () => {
      this.viewport.measure();
      this.viewport.zoom(1);
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.saver.flush());
    this.find("[data-fixed]").addEventListener("change", (event) => {
      this.onlyBooths = event.target.checked;
    });
    const close = (dialog) => dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    root.querySelectorAll("dialog").forEach(close);
  }

  changed(now, before) {
    const resized = this.sheet.render(now.document, now.selection);
    if (resized) {
      this.viewport.measure();
      this.viewport.zoom(1);
    }
    this.inspector.show();
    this.buttons();
    const [active] = [...now.selection].slice(-1);
    this.board.toggleAttribute("aria-activedescendant", Boolean(active));
    if (active) {
      this.board.setAttribute("aria-activedescendant", `o-${active}`);
    }
    if (now.document !== before.document) {
      this.saver.changed();
      clearTimeout(this.checking);
      this.checking = setTimeout(() => this.check(), CHECK_MS);
    }
  }

  buttons() {
    const { past, future, selection } = this.history;
    const off = { undo: !past.length, redo: !future.length };
    this.root.querySelectorAll("[data-act]").forEach((button) => {
      const needs = button.dataset.needs ? selection.size < Number(button.dataset.needs) : false;
      button.disabled = off[button.dataset.act] ?? needs;
    });
  }

  check() {
    const problems = checkPlan(this.history.document);
    const list = this.find("[data-problems]");
    const line = (one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn plain";
      button.textContent = one.sentence;
      button.addEventListener("click", () => {
        this.history.select(one.objects);
        this.reveal(this.history.selected[0], true);
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    };
    list.replaceChildren(...problems.slice(0, SHOWN_PROBLEMS).map(line));
    this.find("[data-problem-count]").textContent = problems.length ? `${problems.length} chỗ cần xem lại` : "Không có chỗ nào vướng";
    this.sheet.mark("bad", new Set(problems.flatMap((one) => one.objects)));
  }

  mayTouch(id) {
    const item = this.history.document.objects.find((one) => one.id === id);
    return item !== undefined && (!this.onlyBooths || item.kind === "booth");
  }

  take(tool) {
    this.tool = tool;
    this.root.querySelectorAll("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.tool === tool));
    this.board.classList.toggle("drawing", tool !== "select");
    this.points = [];
    const drawing = tool in SIZES ? `Bấm vào mặt bằng để đặt ${this.config.kinds[tool].toLowerCase()}, hoặc kéo để vẽ đúng cỡ.` : "";
    this.say(tool === "measure" ? "Bấm điểm thứ nhất trên ảnh." : drawing);
  }

  /* A new thing where one clicked, of its usual size, or as large as it was drawn. */
  place(at, box) {
    const kind = this.tool;
    const { document } = this.history;
    const [w, h] = SIZES[kind];
    const [width, height] = box ? [box.right - box.left, box.bottom - box.top] : [w, h];
    const [x, y] = box ? [box.left, box.top] : [snapped(at[0] - w / 2), snapped(at[1] - h / 2)];
    const booth = kind === "booth";
    if (booth && document.groups.length === 0) {
      this.say("Hãy thêm khu trước.");
      return;
    }
    const last = document.objects.filter((item) => item.kind === "booth").at(-1);
    const item = { id: this.newId(), kind, x, y, w: width || w, h: height || h, rot: 0, label: "" };
    if (booth) {
      const label = nextLabel(document, last?.label ?? `${document.groups[0].id}00`);
      const group = last?.group ?? document.groups[0].id;
      Object.assign(item, { label, group, front: "S", corner: false, water: false, power_w: last?.power_w ?? 500, tags: ["standard"] });
    } else if (kind === "power") {
      item.power_w = 10000;
    } else if (kind === "gate") {
      Object.assign(item, { label: "Cổng", tags: ["entrance"] });
    } else if (kind === "stage" || kind === "toilet" || kind === "text") {
      item.label = this.config.kinds[kind];
    }
    this.addItems([item]);
    this.take("select");
    this.board.focus({ preventScroll: true });
  }

  placeInMiddle(kind) {
    this.tool = kind;
    this.place(this.viewport.middle(), null);
  }

  addItems(items) {
    this.history.do(add(items), items.map((item) => item.id));
  }

  act(name) {
    const { history } = this;
    const ids = history.selection;
    const acts = {
      undo: () => history.undo(),
      redo: () => history.redo(),
      duplicate: () => this.inspector.duplicate(),
      remove: () => ids.size && history.do(remove(ids), []),
      rotate: () => ids.size && history.do(rotateBy(ids, 15)),
      "zoom-in": () => this.viewport.zoom(1.5),
      "zoom-out": () => this.viewport.zoom(1 / 1.5),
      "zoom-all": () => this.viewport.zoom(0),
      help: () => this.find("[data-help]").showModal(),
      left: () => this.nudge(-0.5, 0),
      right: () => this.nudge(0.5, 0),
      up: () => this.nudge(0, -0.5),
      down: () => this.nudge(0, 0.5),
      "spread-x": () => ids.size > 2 && history.do(distribute(ids, "x")),
      "spread-y": () => ids.size > 2 && history.do(distribute(ids, "y")),
      scale: () => this.scale(),
    };
    const edge = name.match(/^align-(\w+)$/)?.[1];
    if (edge && ids.size > 1) {
      history.do(align(ids, edge));
    }
    acts[name]?.();
  }

  nudge(dx, dy) {
    const key = { "-0.5,0": "ArrowLeft", "0.5,0": "ArrowRight", "0,-0.5": "ArrowUp", "0,0.5": "ArrowDown" }[`${dx},${dy}`];
    if (this.history.selection.size > 0) {
      this.keys.arrow({ key });
    }
  }

  /* Two points of the picture whose distance one knows: "from the gate to the stage it is 42 m". */
  measured(at) {
    this.points = [...(this.points ?? []), at].slice(-2);
    const { over } = this.sheet;
    over.replaceChildren(...this.points.map(([x, y]) => {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      Object.entries({ cx: x, cy: y, r: 0.4, class: "point" }).forEach(([key, value]) => dot.setAttribute(key, value));
      return dot;
    }));
    this.say(this.points.length === 1 ? "Bấm điểm thứ hai." : "Ghi khoảng cách thật giữa hai điểm rồi bấm “Đặt tỉ lệ”.");
    if (this.points.length === 2) {
      this.find("[data-distance]").focus();
    }
  }

  scale() {
    const metres = number(this.find("[data-distance]").value);
    if (this.points?.length !== 2 || !(metres > 0) || metres > 2000) {
      this.say("Hãy bấm hai điểm trên ảnh rồi ghi khoảng cách thật, tính bằng mét.");
      return;
    }
    this.history.do(scaleBackground(...this.points, metres));
    this.sheet.over.replaceChildren();
    this.take("select");
    this.say("Đã đặt tỉ lệ ảnh nền.");
  }

  letGo() {
    this.pointer.stop();
    this.take("select");
    this.history.select([]);
  }

  /* Brings what is chosen into view when it lies outside. */
  reveal(item, always = false) {
    if (!item) {
      return;
    }
    const { left, top, right, bottom } = bounds([item]);
    const outer = this.board.getBoundingClientRect();
    const [x1, y1] = this.viewport.metresAt(outer.left, outer.top);
    const [x2, y2] = this.viewport.metresAt(outer.right, outer.bottom);
    if (always || left < x1 || top < y1 || right > x2 || bottom > y2) {
      this.viewport.centreAt((left + right) / 2, (top + bottom) / 2);
    }
  }

  showPlace(item) {
    const short = (value) => String(value).replace(".", ",");
    this.say(`${nameOf(item)}: x ${short(item.x)} m, y ${short(item.y)} m`);
  }

  say(text) {
    this.find("[data-say]").textContent = text;
  }

  saved(text, good) {
    const line = this.find("[data-saved]");
    line.textContent = text;
    line.classList.toggle("off", !good);
  }

  conflict(data) {
    const dialog = this.find("[data-conflict]");
    dialog.querySelector("[data-words]").textContent = data.message;
    dialog.querySelector("[data-mine]").onclick = () => {
      dialog.close();
      this.saver.overwrite(data.version);
    };
    dialog.querySelector("[data-theirs]").onclick = () => location.reload();
    dialog.showModal();
    this.saved("Chưa lưu: có người vừa sửa bản vẽ này.", false);
  }

  restore() {
    const kept = this.saver.kept();
    if (kept) {
      this.history.do(() => kept);
      this.say("Đã lấy lại phần chưa gửi được lần trước.");
    }
  }

  /* Forms that leave the page carry the newest version, after all is saved. */
  async handOver(event) {
    event.preventDefault();
    const form = event.target;
    await this.saver.flush();
    form.elements.namedItem("version").value = this.saver.version;
    this.saver.stopped = true;
    HTMLFormElement.prototype.submit.call(form);
  }
}

export const start = (root) => {
  root.editor = new Editor(root);
};
