// Shows frames of text as QR codes, one after the other, until told to stop.

const FRAME_MS = 200;
const BORDER = 4;

export class Film {
  constructor(canvas) {
    this.canvas = canvas;
    this.timer = 0;
  }

  async play(frames) {
    this.stop();
    const { encode } = await import("./vendor/uqr/index.js");
    const pictures = frames.map((frame) => encode(frame, { ecc: "L", border: BORDER }));
    this.canvas.dataset.frames = String(pictures.length);
    let at = 0;
    const step = () => {
      this.#draw(pictures[at % pictures.length]);
      this.canvas.dataset.frame = String(at % pictures.length);
      at += 1;
    };
    step();
    this.timer = setInterval(step, FRAME_MS);
  }

  stop() {
    clearInterval(this.timer);
  }

  #draw({ size, data }) {
    const pixels = Math.max(3, Math.floor(640 / size));
    Object.assign(this.canvas, { width: size * pixels, height: size * pixels });
    const context = this.canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = "#000";
    data.forEach((row, y) =>
      row.forEach((isDark, x) => isDark && context.fillRect(x * pixels, y * pixels, pixels, pixels)),
    );
  }
}
