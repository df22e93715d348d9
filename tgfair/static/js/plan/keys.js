/* The whole board by keyboard. Tab walks only while something is chosen; Escape lets go, so that nobody is caught. */
import { moveBy, rotateBy, SNAP_M } from "./commands.js";

const FAR_M = 5;
const FINE_M = 0.1;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Keys {
  constructor(editor) {
    this.editor = editor;
    editor.board.addEventListener("keydown", (event) => this.down(event));
    editor.root.addEventListener("keydown", (event) => this.anywhere(event));
    addEventListener("keyup", (event) => {
      if (event.key === " ") {
        editor.space = false;
      }
    });
  }

  /* What works in the side panel too, except while one types there. */
  anywhere(event) {
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    const key = event.key.toLowerCase();
    if (event.key === "Escape" && event.target !== this.editor.board && !event.target.closest("dialog")) {
      this.editor.board.focus();
    } else if (typing || !(event.ctrlKey || event.metaKey)) {
      return;
    } else if (key === "z") {
      this.editor.act(event.shiftKey ? "redo" : "undo");
    } else if (key === "y") {
      this.editor.act("redo");
    } else if (key === "d") {
      this.editor.act("duplicate");
    } else {
      return;
    }
    event.preventDefault();
  }

  down(event) {
    if (event.target === this.editor.board && this.handled(event)) {
      event.preventDefault();
    }
  }

  handled(event) {
    const { history, viewport } = this.editor;
    if (event.key in WAYS) {
      return this.arrow(event);
    }
    if (event.key === "Tab") {
      return this.step(event.shiftKey ? -1 : 1);
    }
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "a") {
        return false;
      }
      history.select(history.document.objects.filter((item) => this.editor.mayTouch(item.id)).map((item) => item.id));
      return true;
    }
    const plain = {
      Enter: () => this.editor.inspector.focus(),
      Delete: () => this.editor.act("remove"),
      Backspace: () => this.editor.act("remove"),
      Escape: () => this.editor.letGo(),
      Home: () => this.walkTo(0),
      End: () => this.walkTo(-1),
      " ": () => {
        this.editor.space = true;
      },
      "?": () => this.editor.act("help"),
      "+": () => viewport.zoom(1.5),
      "=": () => viewport.zoom(1.5),
      "-": () => viewport.zoom(1 / 1.5),
      0: () => viewport.zoom(0),
      b: () => this.editor.placeInMiddle("booth"),
      r: () => this.turn(15),
      R: () => this.turn(-15),
    };
    plain[event.key]?.();
    return event.key in plain;
  }

  arrow(event) {
    const { history } = this.editor;
    const [dx, dy] = WAYS[event.key];
    if (history.selection.size === 0) {
      this.walkTo(0);
    } else if (event.ctrlKey || event.metaKey) {
      this.beside(dx, dy);
    } else {
      const step = event.shiftKey ? FAR_M : event.altKey ? FINE_M : SNAP_M;
      history.do(moveBy(history.selection, dx * step, dy * step));
      this.editor.showPlace(history.selected[0]);
      this.editor.reveal(history.selected[0]);
    }
    return true;
  }

  turn(degrees) {
    const { history } = this.editor;
    if (history.selection.size > 0) {
      history.do(rotateBy(history.selection, degrees));
    }
  }

  get row() {
    return this.editor.history.document.objects.filter((item) => item.kind === "booth" && this.editor.mayTouch(item.id));
  }

  /* The next booth; past the last one, or with nothing chosen, Tab goes on to the next part of the page. */
  step(by) {
    const { history } = this.editor;
    if (history.selection.size === 0) {
      return false;
    }
    const at = this.row.findIndex((item) => history.selection.has(item.id));
    const next = at === -1 ? this.row[0] : this.row[at + by];
    return this.choose(next);
  }

  walkTo(place) {
    return this.choose(this.row.at(place));
  }

  /* The nearest booth in the direction of the key; sideways distance counts double. */
  beside(dx, dy) {
    const [from] = this.editor.history.selected;
    const cost = (one) => {
      const [ax, ay] = [one.x + one.w / 2 - from.x - from.w / 2, one.y + one.h / 2 - from.y - from.h / 2];
      const along = ax * dx + ay * dy;
      return along > 0.1 ? along + 2 * Math.abs(ax * dy) + 2 * Math.abs(ay * dx) : Infinity;
    };
    const best = this.row.reduce((p, q) => (cost(q) < cost(p) ? q : p), from);
    return best !== from && this.choose(best);
  }

  choose(item) {
    if (!item) {
      return false;
    }
    this.editor.history.select([item.id]);
    this.editor.reveal(item);
    return true;
  }
}
