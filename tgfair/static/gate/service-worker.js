// Keeps the gate's page and files, so that it opens without any network. SHELL stands above this
// text: its version, and the addresses of the files.

const CACHE = `gate-${SHELL.version}`;

const PAGES = SHELL.files.filter((name) => /^\/cong\/[^/]*$/.test(name));

addEventListener("install", (event) => {
  // A browser that knows routes asks the cache without waking this worker; what is not there comes
  // from the network.
  const routes = ["/static/*", "/cong/tep/*", ...PAGES].map((pathname) => ({
    condition: { urlPattern: { pathname }, requestMethod: "GET" },
    source: { cacheName: CACHE },
  }));
  event.addRoutes?.(routes);
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.files)));
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => clients.claim()));
});

addEventListener("message", ({ data }) => data === "take over" && skipWaiting());

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // Calls to the server, pairing links, other pages: not ours.
  if (request.method !== "GET" || origin !== location.origin) return;
  const isFile = pathname.startsWith("/static/") || pathname.startsWith("/cong/tep/");
  if (isFile || SHELL.files.includes(pathname)) event.respondWith(kept(request));
});

async function kept(request) {
  const found = await caches.match(request, { cacheName: CACHE });
  return found ?? fetch(request);
}

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("gate-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}
