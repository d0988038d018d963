// Keeps the inspection page of a visit and its files on this device, so that it opens again without a connection. Fresh pages
// come from the network; a kept one only when that does not answer. Nothing else of reception is kept, and a page no longer
// than a day. Signing in or out empties it (js/forget.js).
const PAGES = "inspection-pages";
const FILES = "inspection-files";
const PATIENCE = 5000; // milliseconds
const LONGEST = 24 * 60 * 60 * 1000;
const NAMED = /\.[0-9a-f]{12}\.\w+$/; // a file named after its content never changes
const INSPECT = /^\/reception\/\d+\/inspect\/$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keepFile = async (url) => {
  const files = await caches.open(FILES);
  if (!(await files.match(url))) await files.add(url);
};
self.addEventListener("message", (event) => {
  const { keep = [], files = [] } = event.data || {};
  event.waitUntil(Promise.all([
    self.clients.claim(), // a page that came up while this worker did has nobody else to take it
    caches.open(FILES).then(async (kept_) => (await kept_.keys()).filter((one) => files.length && !files.includes(one.url)).forEach((one) => kept_.delete(one))),
    ...files.map((url) => keepFile(url).catch(() => {})),
    ...keep.filter((path) => INSPECT.test(path)).map(async (path) => {
      const pages = await caches.open(PAGES);
      if (!(await pages.match(path))) await fresh(new Request(path, { credentials: "same-origin" })).catch(() => {});
    }),
  ]));
});

const fresh = async (request) => {
  const patience = new AbortController();
  const limit = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(request, { signal: patience.signal });
    const pages = await caches.open(PAGES);
    const path = new URL(request.url).pathname;
    if (response.ok && !response.redirected) await pages.put(path, response.clone());
    else if (response.status < 500) await pages.delete(path);
    return response;
  } finally {
    clearTimeout(limit);
  }
};
const kept = async (path) => {
  const page = await (await caches.open(PAGES)).match(path);
  return page && Date.now() - Date.parse(page.headers.get("date")) < LONGEST ? page : null;
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && INSPECT.test(url.pathname)) {
    event.respondWith(fresh(event.request).catch(async (error) => {
      const page = await kept(url.pathname);
      if (page) return page;
      throw error;
    }));
  } else if (url.pathname.startsWith("/static/")) {
    const file = () => caches.match(event.request, { cacheName: FILES });
    event.respondWith(NAMED.test(url.pathname)
      ? file().then((found) => found || fetch(event.request))
      : fetch(event.request).catch(async (error) => (await file()) || Promise.reject(error)));
  }
});
