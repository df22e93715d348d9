// Camera pictures to the decoder: the centre square, one at a time, none while it is busy.

import { reader, state } from "./reader.js";

const SIDE = 640;
const PHOTO_SIDE = 1600;

export class Camera {
  // `hooks`: text(text), photo(textOrNull), broken(), ready(); rests() while no picture is wanted.
  constructor(video, hooks) {
    this.video = video;
    this.hooks = hooks;
    this.canvas = document.createElement("canvas");
    this.stream = null;
    this.busy = false;
    reader.onmessage = ({ data }) => this.#answer(data);
    state.then(({ ready }) => (ready ? hooks.ready() : hooks.broken()));
  }

  // Throws "insecure", "denied" or "missing".
  async start(deviceId) {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) throw new Error("insecure");
    const lens = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    const video = { ...lens, width: { ideal: 1280 }, height: { ideal: 720 } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      throw new Error(error.name === "NotAllowedError" ? "denied" : "missing");
    }
    this.video.srcObject = this.stream;
    await this.video.play().catch(() => {});
    if (this.#capabilities().focusMode?.includes("continuous")) {
      await this.#apply({ focusMode: "continuous" });
    }
    this.#loop();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  get isRunning() {
    return this.stream !== null;
  }

  get hasTorch() {
    return Boolean(this.#capabilities().torch);
  }

  get lens() {
    return this.#track()?.getSettings().deviceId ?? null;
  }

  setTorch(on) {
    return this.#apply({ torch: on });
  }

  async lenses() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }

  // For phones whose camera cannot be used in the page: a photo from the camera app.
  async readPhoto(file) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return this.hooks.photo(null);
    const scale = Math.min(1, PHOTO_SIDE / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width * scale, bitmap.height * scale].map(Math.round);
    this.#post(bitmap, [0, 0, bitmap.width, bitmap.height], width, height, true);
  }

  #loop() {
    const stream = this.stream;
    const step = () => {
      if (this.stream !== stream) return;
      if (!this.busy && !this.hooks.rests() && this.video.readyState >= 2) this.#frame();
      requestAnimationFrame(step);
    };
    step();
  }

  #frame() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const side = Math.min(width, height);
    if (!side) return;
    const crop = [(width - side) / 2, (height - side) / 2, side, side];
    const target = Math.min(SIDE, side);
    this.#post(this.video, crop, target, target, false);
  }

  #post(source, crop, width, height, photo) {
    this.busy = true;
    // Setting a size, even the same, makes a new picture of it.
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, ...crop, 0, 0, width, height);
    const pixels = context.getImageData(0, 0, width, height).data.buffer;
    reader.postMessage({ pixels, width, height, photo }, [pixels]);
  }

  #answer(data) {
    if (data.ready || data.broken) return;
    this.busy = false;
    if (data.photo) this.hooks.photo(data.text);
    else if (data.text !== null) this.hooks.text(data.text);
  }

  #track() {
    return this.stream?.getVideoTracks()[0];
  }

  #capabilities() {
    return this.#track()?.getCapabilities?.() ?? {};
  }

  #apply(constraint) {
    return this.#track()?.applyConstraints({ advanced: [constraint] }).catch(() => {});
  }
}
