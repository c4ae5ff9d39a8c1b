// The service worker. Above this line the portal writes RELEASE and FILES (inspections/views/device.py).
// It hands out pages that were kept on purpose and the files that they need, and touches nothing else.

const OURS = "portal-static-";
const KEPT = `${OURS}${RELEASE}`;
const SHELLS = "portal-shells";

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(dropOldFiles().then(() => self.clients.claim())));

// A new worker waits until the page says that nothing is in its way.
self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Uploads handed through a worker have arrived empty on some phones, so writes are never touched.
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fileOf(request));
  else if (request.mode === "navigate") event.respondWith(isKept(url) ? pageOf(request, url) : netOf(request));
});

// A query asks for the page as the server has it now.
const isKept = ({ pathname, search }) => !search && /^\/(?:field|inspections\/[0-9a-f-]{36})\/$/.test(pathname);

async function pageOf(request, url) {
  return (await find(url.pathname)) ?? fetch(request);
}

// Without signal, this device's own page says so in words of ours.
async function netOf(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const own = await find("/field/");
    if (own) return own;
    throw error;
  }
}

async function fileOf(request) {
  return (await find(request.url)) ?? fetch(request);
}

const find = (address) => caches.match(address, { ignoreVary: true });

async function keepFiles() {
  const cache = await caches.open(KEPT);
  await Promise.all(
    FILES.map(async (address) => {
      const answer = (await find(address)) ?? (await fetch(address));
      // A redirected answer would be a page to log in, kept under a script's name.
      if (answer.status !== 200 || answer.redirected) throw new Error(`${address}: ${answer.status}`);
      await cache.put(address, answer);
    }),
  );
}

// Files of an older release stay while a kept page refers to them; the last one also for pages that are still open.
async function dropOldFiles() {
  const shells = await caches.open(SHELLS);
  const answers = await Promise.all((await shells.keys()).map((request) => shells.match(request, { ignoreVary: true })));
  const needed = new Set([KEPT, ...answers.map((answer) => `${OURS}${answer?.headers.get("X-Shell")}`)]);
  const all = (await caches.keys()).filter((name) => name.startsWith(OURS));
  needed.add(all.filter((name) => name !== KEPT).at(-1));
  await Promise.all(all.filter((name) => !needed.has(name)).map((name) => caches.delete(name)));
}
