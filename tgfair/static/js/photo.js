/* Shrinks phone photos to 1600 px before they travel (2-4 MB becomes about 300 KB) and shows what will be sent.
   Redrawing also drops the place where the photo was taken. The server does the same for whoever has no script. */
const LONGEST = 1600;
const QUALITY = 0.8;

async function shrink(file) {
  if (!file.type.startsWith("image/") && !/\.(heic|heif)$/i.test(file.name)) {
    return file;
  }
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paint = canvas.getContext("2d");
    paint.fillStyle = "#fff";
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    const name = file.name.replace(/\.[^.]+$/, "") + ".jpg";
    return blob ? new File([blob], name, { type: "image/jpeg" }) : file;
  } catch {
    return file; /* Unreadable here; the server judges it and says why. */
  }
}

function size(bytes) {
  const kb = Math.max(1, Math.round(bytes / 1024));
  return kb < 1024 ? `${kb} KB` : `${(kb / 1024).toFixed(1).replace(".", ",")} MB`;
}

function line(file) {
  const row = document.createElement("p");
  row.className = "row";
  if (file.type.startsWith("image/")) {
    const image = document.createElement("img");
    image.alt = "";
    image.width = 96;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    row.append(image);
  }
  row.append(`${file.name} · ${size(file.size)}`);
  return row;
}

async function show(input, view) {
  const before = [...input.files];
  view.textContent = view.dataset.working ?? "";
  const after = await Promise.all(before.map(shrink));
  const bag = new DataTransfer();
  after.forEach((file) => bag.items.add(file));
  input.files = bag.files;
  view.replaceChildren(...after.map(line));
}

function sending(input, view, event) {
  if (input.files.length === 0) {
    return;
  }
  if (!navigator.onLine) {
    event.preventDefault();
    const sentence = document.createElement("p");
    sentence.className = "err";
    sentence.textContent = view.dataset.offline;
    view.querySelector(".err")?.remove();
    view.append(sentence);
    return;
  }
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", view.dataset.sending);
  view.append(view.dataset.sending, bar);
}

export function start(tile) {
  const input = tile.querySelector("input[type=file]");
  const view = tile.querySelector("[data-photo-view]");
  let work = Promise.resolve();
  let ready = true;
  input.addEventListener("change", () => {
    ready = false;
    work = show(input, view).finally(() => {
      ready = true;
    });
  });
  input.form?.addEventListener("submit", (event) => {
    if (!ready) {
      event.preventDefault();
      const { submitter } = event;
      work.then(() => input.form.requestSubmit(submitter));
      return;
    }
    sending(input, view, event);
  });
}
