// The reader of codes works beside the page. It is the largest part, so the page asks for it first.

export const reader = new Worker(document.body.dataset.decoder, { type: "module" });

// { ready } or { broken }; it may be said before anybody listens.
export const state = new Promise((resolve) => {
  reader.addEventListener("message", ({ data }) => (data.ready || data.broken) && resolve(data));
  reader.addEventListener("error", () => resolve({ broken: true }));
});
