/* Pan and zoom of an SVG in its frame. One CSS transform on the SVG, at most once a frame; the viewBox is never
   touched, because that lays out every booth anew (3.5 times slower at 500 booths). */
export class Viewport {
  constructor(view, svg, { least = () => 1, most = 12, onDraw = () => {} } = {}) {
    Object.assign(this, { view, svg, least, most, onDraw });
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fingers = new Map();
    this.waiting = 0;
    this.measure();
  }

  /* Sizes are read here only: reading them while the transform changes makes the browser lay out each time. */
  measure() {
    this.room = { w: this.view.clientWidth, h: this.view.clientHeight };
    this.size = { w: this.svg.clientWidth, h: this.svg.clientHeight };
    this.metre = this.size.w / Math.max(1, this.svg.viewBox.baseVal.width);
  }

  draw() {
    const keep = (at, size, room) => Math.min(0, Math.max(at, Math.min(0, room - size)));
    this.x = keep(this.x, this.size.w * this.scale, this.room.w);
    this.y = keep(this.y, this.size.h * this.scale, this.room.h);
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      this.svg.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
      this.onDraw();
    });
  }

  zoom(factor, px = this.room.w / 2, py = this.room.h / 2) {
    const next = Math.min(this.most, Math.max(this.least(), this.scale * factor));
    const ratio = next / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = next;
    this.draw();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.draw();
  }

  /* Brings a place of the drawing, in metres, to the middle of the frame. */
  centreAt(mx, my) {
    const { x, y } = this.svg.viewBox.baseVal;
    this.x = this.room.w / 2 - (mx - x) * this.metre * this.scale;
    this.y = this.room.h / 2 - (my - y) * this.metre * this.scale;
    this.draw();
  }

  /* Where in the drawing, in metres, a place of the screen is. */
  metresAt(clientX, clientY) {
    const outer = this.view.getBoundingClientRect();
    const { x, y } = this.svg.viewBox.baseVal;
    const far = this.metre * this.scale;
    return [x + (clientX - outer.left - this.x) / far, y + (clientY - outer.top - this.y) / far];
  }

  middle() {
    const { left, top } = this.view.getBoundingClientRect();
    return this.metresAt(left + this.room.w / 2, top + this.room.h / 2);
  }

  down(event) {
    if (event.isPrimary) {
      this.fingers.clear();
    }
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  /* The way of one finger since its last report, or null when two of them have zoomed or none is down. */
  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      return null;
    }
    const here = [event.clientX, event.clientY];
    this.fingers.set(event.pointerId, here);
    if (this.fingers.size < 2) {
      return [here[0] - before[0], here[1] - before[1]];
    }
    const [, other] = [...this.fingers].find(([id]) => id !== event.pointerId);
    const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
    const { left, top } = this.view.getBoundingClientRect();
    this.zoom(far(here) / far(before), (here[0] + other[0]) / 2 - left, (here[1] + other[1]) / 2 - top);
    return null;
  }

  up(event) {
    this.fingers.delete(event.pointerId);
  }

  wheel(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      const { left, top } = this.view.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
    }
  }
}
