// Keeps the counter's page on the device, and nothing that is anybody's: only the files listed here, by exact address.
// Its scope is /counter/; what the page asks the server for is never answered from here.

const CACHE = "counter-{{ version }}";
const KEPT = new Set({{ kept | tojson }});

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

async function keep() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    [...KEPT].map(async (path) => {
      const answer = await fetch(path, { cache: "reload", redirect: "error" });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await cache.put(path, answer);
    }),
  );
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("counter-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || !KEPT.has(pathname)) return;
  event.respondWith(caches.match(pathname, { cacheName: CACHE }).then((kept) => kept || fetch(event.request)));
});
