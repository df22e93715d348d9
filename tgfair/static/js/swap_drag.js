/* Drag a booth of a plan onto another to let the two change places: a mouse's short cut for the form beside it. */
const DRAG_PX = 6;

class Drag {
  constructor(box) {
    this.box = box;
    this.form = box.querySelector("[data-swap-form]");
    this.from = null;
    this.over = null;
    this.dragging = false;
  }

  down(event) {
    this.dragging = false;
    const booth = event.target.closest("[data-booth][data-id]");
    this.from = event.pointerType === "mouse" && event.button === 0 ? booth : null;
    this.at = [event.clientX, event.clientY];
  }

  move(event) {
    if (!this.from) {
      return;
    }
    const way = Math.hypot(event.clientX - this.at[0], event.clientY - this.at[1]);
    this.dragging = this.dragging || way > DRAG_PX;
    if (this.dragging) {
      event.stopImmediatePropagation(); // the plan behind must not pan
      this.show(document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-booth]"));
    }
  }

  show(booth) {
    this.over?.classList.remove("target");
    this.from.classList.add("dragged");
    this.over = booth && booth !== this.from && this.box.contains(booth) ? booth : null;
    this.over?.classList.add("target");
  }

  up() {
    const { from, over } = this;
    this.from = null;
    from?.classList.remove("dragged");
    over?.classList.remove("target");
    this.over = null;
    if (from && over && this.dragging) {
      this.form.elements.hs.value = from.dataset.id;
      this.form.elements.gian.value = over.dataset.booth;
      this.form.submit();
    }
  }

  click(event) {
    if (this.dragging) {
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

export function start(box) {
  const drag = new Drag(box);
  box.addEventListener("pointerdown", (event) => drag.down(event), true);
  addEventListener("pointermove", (event) => drag.move(event), true);
  addEventListener("pointerup", () => drag.up());
  addEventListener("pointercancel", () => drag.up());
  box.addEventListener("click", (event) => drag.click(event), true);
  const fine = matchMedia("(hover: hover) and (pointer: fine)").matches;
  box.querySelectorAll("[data-swap-hint]").forEach((hint) => (hint.hidden = !fine));
}
