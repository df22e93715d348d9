// The worker: one picture in, the text of its QR code or null out.

import { prepareZXingModule, readBarcodes } from "./vendor/zxing-wasm/reader/index.js";

const WASM = new URL("./vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;
// Blanks inside a badge's text count, so the text must come as it is: "Plain".
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1, textMode: "Plain" };

// Without this the library would fetch its binary from another company's server.
const ready = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
ready.then(
  () => postMessage({ ready: true }),
  () => postMessage({ broken: true }),
);

addEventListener("message", async ({ data }) => {
  const image = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
  const found = await readBarcodes(image, OPTIONS).catch(() => []);
  postMessage({ text: found.length ? found[0].text : null, photo: data.photo });
});
