/* The mouse, the pen and fingers on the board: select, rubber band, move, draw, measure. */
import { moveBy, SNAP_M, snapped } from "./commands.js";
import { bounds, corners, overlap } from "./geometry.js";
import { outline, svgElement } from "./sheet.js";

const CLICK_PX = 4;
const FLAT = new Set(["zone", "aisle"]);

export class Pointer {
  constructor(editor) {
    this.editor = editor;
    this.drag = null;
    const { board, viewport } = editor;
    board.addEventListener("pointerdown", (event) => this.down(event));
    addEventListener("pointermove", (event) => this.move(event));
    addEventListener("pointerup", (event) => this.up(event));
    addEventListener("pointercancel", (event) => this.cancel(event));
    board.addEventListener("wheel", (event) => viewport.wheel(event), { passive: false });
  }

  down(event) {
    const { viewport, history, board } = this.editor;
    viewport.down(event);
    if (viewport.fingers.size > 1) {
      this.stop();
      return;
    }
    board.focus({ preventScroll: true });
    const id = event.target.closest("[data-id]")?.dataset.id;
    const at = viewport.metresAt(event.clientX, event.clientY);
    this.drag = { at, id, px: [event.clientX, event.clientY], far: false, kind: this.kindOf(event, id) };
    if (this.drag.kind === "move" && event.pointerType === "mouse" && !history.selection.has(id)) {
      history.select(event.shiftKey ? [...history.selection, id] : [id]);
      this.drag.fresh = true;
    }
  }

  kindOf(event, id) {
    const { tool, history } = this.editor;
    const touch = event.pointerType !== "mouse";
    if (event.button === 1 || (event.button === 0 && this.editor.space)) {
      return "pan";
    }
    if (tool !== "select") {
      return tool === "measure" ? "measure" : "draw";
    }
    // a finger drags the sheet, and a band begins on an aisle, unless that is what was chosen
    const lies = FLAT.has(history.document.objects.find((item) => item.id === id)?.kind);
    if (id && this.editor.mayTouch(id) && ((!touch && !lies) || history.selection.has(id))) {
      return "move";
    }
    return touch ? "pan" : "band";
  }

  move(event) {
    const { viewport } = this.editor;
    const way = viewport.move(event);
    if (!way || !this.drag) {
      return;
    }
    const { drag } = this;
    drag.far ||= Math.hypot(event.clientX - drag.px[0], event.clientY - drag.px[1]) > CLICK_PX;
    if (!drag.far) {
      return;
    }
    const to = viewport.metresAt(event.clientX, event.clientY);
    if (drag.kind === "pan") {
      viewport.pan(...way);
    } else if (drag.kind === "move") {
      this.preview(to, event.altKey);
    } else if (drag.kind !== "measure") {
      this.band(to);
    }
  }

  /* The first of the moved things lands on the grid; the others keep their places beside it. */
  preview(to, free) {
    const { sheet, history } = this.editor;
    const { drag } = this;
    const first = history.document.objects.find((item) => item.id === drag.id);
    const land = (at, way) => (free ? way : snapped(at + way, SNAP_M) - at);
    drag.by = [land(first.x, to[0] - drag.at[0]), land(first.y, to[1] - drag.at[1])];
    drag.shown = moveBy(history.selection, ...drag.by)(history.document);
    sheet.render(drag.shown, history.selection);
    this.editor.showPlace(drag.shown.objects.find((item) => item.id === drag.id));
  }

  band(to) {
    const { drag } = this;
    const snap = drag.kind === "draw" ? snapped : (value) => value;
    const [ax, ay, bx, by] = [...drag.at, ...to].map((value) => snap(value));
    drag.box = { left: Math.min(ax, bx), top: Math.min(ay, by), right: Math.max(ax, bx), bottom: Math.max(ay, by) };
    const { left, top, right, bottom } = drag.box;
    const d = `M${left} ${top}H${right}V${bottom}H${left}z`;
    this.editor.sheet.over.replaceChildren(svgElement("path", { class: "band", d }));
  }

  up(event) {
    this.editor.viewport.up(event);
    const { drag } = this;
    if (!drag) {
      return;
    }
    this.stop();
    const { history } = this.editor;
    if (drag.kind === "draw") {
      this.editor.place(drag.at, drag.far ? drag.box : null);
    } else if (drag.kind === "measure") {
      this.editor.measured(drag.at);
    } else if (drag.kind === "move" && drag.far && drag.by) {
      history.do(moveBy(history.selection, ...drag.by));
    } else if (drag.kind === "band" && drag.far) {
      this.pick(drag.box, event.shiftKey);
    } else if (!drag.far && drag.kind !== "move") {
      this.click(drag, event);
    } else if (!drag.far && event.shiftKey && !drag.fresh) {
      history.select([...history.selection].filter((id) => id !== drag.id));
    } else if (!drag.far && !event.shiftKey) {
      history.select([drag.id]);
    }
  }

  click(drag, event) {
    const { history } = this.editor;
    if (drag.id && this.editor.mayTouch(drag.id)) {
      history.select(event.shiftKey ? [...history.selection, drag.id] : [drag.id]);
    } else if (!event.shiftKey) {
      history.select([]);
    }
  }

  /* What touches the band; zones and aisles only when they lie in it whole. */
  pick(box, more) {
    const { history } = this.editor;
    const { left, top, right, bottom } = box;
    const band = corners({ x: left, y: top, w: right - left || 0.01, h: bottom - top || 0.01, rot: 0 });
    const found = history.document.objects.filter((item) => {
      const own = bounds([item]);
      const whole = own.left >= left && own.top >= top && own.right <= right && own.bottom <= bottom;
      return this.editor.mayTouch(item.id) && (whole || (!FLAT.has(item.kind) && overlap(band, corners(item))));
    });
    history.select([...(more ? history.selection : []), ...found.map((item) => item.id)]);
  }

  cancel(event) {
    this.editor.viewport.up(event);
    this.stop();
  }

  /* Ends a drag without doing anything; what was shown of it goes. */
  stop() {
    const { sheet, history } = this.editor;
    if (this.drag?.shown) {
      sheet.render(history.document, history.selection);
    }
    if (this.drag?.box) {
      sheet.over.replaceChildren();
    }
    this.drag = null;
  }
}

export const ghost = (items) => items.map((item) => svgElement("path", { class: "band", d: outline(item) }));
