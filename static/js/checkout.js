// Getting an inspection ready for places without signal: its page, its items, what was found last time.
//
//   await prepare({ store, sync, inspection })          // rejects with what stood in the way: "offline", "login", …
//   await prepareByHand({ store, sync, inspection, button, words, place });
//   await offerUpdate({ store, sync, words, place });   // a newer release, once nothing waits here

import { waitingKey } from "./photo-rows.js";
import { removalsKey, straysKey, unsentPhotos } from "./store.js";
import { unsent } from "./unsent.js";

const SHELLS = "portal-shells";
const PATIENCE = 20_000;
const AGAIN = 60_000;

export const canOpenOffline = () => window.isSecureContext && "serviceWorker" in navigator && "caches" in window;

// Resolves once a worker is in charge of the kept files; rejects where the browser refuses (say, a bad certificate).
export async function register() {
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const worker = registration.active ?? registration.installing ?? registration.waiting;
  await reached(worker, (state) => state === "activated" || (registration.active && state === "installed"));
  return registration;
}

function reached(worker, isThere) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isThere(worker.state)) resolve(worker);
      else if (worker.state === "redundant") reject(new Error("worker"));
    };
    worker.addEventListener("statechange", look);
    setTimeout(() => reject(new Error("worker")), PATIENCE);
    look();
  });
}

const REFUSALS = { 0: "login", 403: "closed", 404: "missing" };
// Submitted, or no longer assigned: there is nothing to prepare any more, and trying again would not help.
export const isOver = (failed) => failed === "closed" || failed === "missing";

// Only the portal can say so, and only to the person whose work this is: to somebody else all of it is missing.
async function reason(sync, failed) {
  return isOver(failed) ? (await sync.session()).failed || failed : failed;
}

// A redirected answer is a page to log in; only what calls itself a shell is kept.
async function keepPage(address, source) {
  const answer = await fetch(source, { redirect: "manual", cache: "no-store", credentials: "same-origin" });
  const release = answer.headers.get("X-Shell");
  if (answer.status !== 200 || answer.redirected || !release) throw new Error(REFUSALS[answer.status] ?? "server");
  const body = await answer.clone().arrayBuffer();
  await (await caches.open(SHELLS)).put(address, answer);
  return { release, size: body.byteLength };
}

const keepShell = (inspection) => keepPage(`/inspections/${inspection}/`, `/inspections/${inspection}/offline/`);

export async function prepare({ store, sync, inspection }) {
  const offline = canOpenOffline();
  if (offline) await register();
  const reply = await sync.call(`/inspections/${inspection}/state/`);
  if (!reply.ok) {
    const failed = await reason(sync, reply.failed);
    if (isOver(failed) && (await store.inspection(inspection))) await store.note(inspection, { closed: reply.body?.closed || true });
    throw new Error(failed);
  }
  const rows = await Promise.all(Object.entries(reply.body.previous ?? {}).map(previousRow));
  await store.hear(inspection, reply.body);
  await keepPrevious(store, inspection, rows);
  const weights = rows.flatMap(({ photos }) => photos.map(({ bytes }) => bytes.byteLength));
  let size = JSON.stringify(reply.body).length + weights.reduce((sum, weight) => sum + weight, 0);
  let release = reply.body.release;
  if (offline) {
    const shell = await keepShell(inspection);
    await keepPage("/field/", "/field/?shell");
    [release, size] = [shell.release, size + shell.size];
  }
  const persisted = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
  const lang = document.documentElement.lang;
  await store.note(inspection, { preparedAt: new Date().toISOString(), size, release, persisted, offline, lang });
  return store.inspection(inspection);
}

// A small photo that does not arrive is left out: the words are what counts.
async function previousRow([item, { photos, ...last }]) {
  const bytes = await Promise.all(
    (photos ?? []).map(async ({ id, thumbnail_url }) => {
      const answer = await fetch(thumbnail_url, { redirect: "manual" }).catch(() => null);
      return answer?.status === 200 ? { id, bytes: await answer.arrayBuffer() } : null;
    }),
  );
  return { item, ...last, photos: bytes.filter(Boolean) };
}

// Last results and their small photos, replacing those kept before.
async function keepPrevious(store, inspection, rows) {
  await store.run(["previous"], "readwrite", async (tx) => {
    const previous = tx.objectStore("previous");
    for (const key of await previous.index("inspection").getAllKeys(inspection)) await previous.delete(key);
    await Promise.all(rows.map((row) => previous.put({ ...row, inspection })));
  });
  store.announce({ inspection });
}

// Takes an inspection off this device; false where something of it is not sent yet, unless that goes too.
export async function putAway(store, inspection, { unsent = false } = {}) {
  const names = ["inspections", "answers", "outbox", "previous", "photos", "meta"];
  const isGone = await store.run(names, "readwrite", async (tx) => {
    const photos = await unsentPhotos(tx, inspection);
    const waits = (await tx.objectStore("outbox").index("inspection").count(inspection)) || photos.waiting.length || photos.refused.length;
    if (waits && !unsent) return false;
    for (const key of [straysKey, waitingKey, removalsKey]) await tx.objectStore("meta").delete(key(inspection));
    await tx.objectStore("inspections").delete(inspection);
    for (const name of ["answers", "outbox", "previous", "photos"]) {
      const rows = tx.objectStore(name);
      for (const key of await rows.index("inspection").getAllKeys(inspection)) await rows.delete(key);
    }
    return true;
  });
  if (isGone && "caches" in window) await (await caches.open(SHELLS)).delete(`/inspections/${inspection}/`, { ignoreVary: true });
  store.announce({ inspection });
  return isGone;
}

// ---- on a page

export const sizeWords = (bytes) => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

export async function prepareByHand({ store, sync, inspection, button, words, place, told }) {
  button.disabled = true;
  place.dataset.before ??= place.textContent;
  place.textContent = words.preparing;
  delete place.dataset.failed;
  try {
    await prepare({ store, sync, inspection });
    told(await store.inspection(inspection));
  } catch ({ message }) {
    // It stays to be read: an older copy being there is no answer to this.
    place.dataset.failed = message;
    place.replaceChildren(...notPrepared(message, words));
    if (message === "login") store.listen(({ sync: run }) => run?.failure === "" && place.dataset.failed === "login" && loggedIn(place, told));
  }
  button.disabled = false;
}

// The portal answered this person again: what stood there before, or what the page has to say now.
function loggedIn(place, told) {
  delete place.dataset.failed;
  place.textContent = place.dataset.before;
  told();
}

// Why it did not work, and the way to the log-in where that is it.
export const notPrepared = (failed, words) => (failed === "login" ? [words.loginFirst, " ", loginLink(words)] : [words.notPrepared]);

function loginLink(words) {
  const link = document.createElement("a");
  link.href = document.querySelector("[data-login-url]").dataset.loginUrl;
  link.target = "_blank";
  link.textContent = words.signIn;
  return link;
}

// The newer files are fetched beside the old ones; the change itself waits for a hand, and for an empty outbox.
export async function offerUpdate({ store, sync, words, place }) {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration) {
    await registration.update();
    const coming = registration.waiting ?? registration.installing;
    if (!coming) return;
    await reached(coming, (state) => state === "installed" || state === "activated");
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.dataset.update = "";
  button.textContent = words.update;
  button.addEventListener("click", () => update({ store, sync, registration, button, words, place }));
  place.replaceChildren(words.updatable, " ", button);
}

// For a page that asks at every look: its files may not all be there yet while the portal is being renewed, a minute later they are.
let offeredAt = 0;
export async function offerSoon(given) {
  const isThere = () => Boolean(given.place.querySelector("[data-update]"));
  if (isThere() || Date.now() - offeredAt < AGAIN) return;
  offeredAt = Date.now();
  await offerUpdate(given);
  if (isThere()) offeredAt = 0;
}

async function update({ store, sync, registration, button, words, place }) {
  const { answers, photos } = await unsent(store);
  if (answers || photos) return place.replaceChildren(words.updateWaits);
  button.disabled = true;
  try {
    if (registration) await changeOver(store, sync, registration);
    location.reload();
  } catch {
    place.textContent = words.notPrepared;
  }
}

// First the pages, which name their new files; then the worker, which drops what no page names any more.
async function changeOver(store, sync, registration) {
  const kept = (await store.inspections()).filter(({ preparedAt, offline }) => preparedAt && offline);
  for (const { id } of kept) {
    try {
      const shell = await keepShell(id);
      await store.note(id, { release: shell.release, lang: document.documentElement.lang });
    } catch ({ message }) {
      // One that was submitted meanwhile keeps its old page, and holds the others back no longer.
      const failed = await reason(sync, message);
      if (!isOver(failed)) throw new Error(failed);
      await store.note(id, { closed: true });
    }
  }
  if (kept.length) await keepPage("/field/", "/field/?shell");
  const { waiting } = registration;
  if (!waiting) return;
  const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  waiting.postMessage("update");
  await Promise.race([changed, new Promise((done) => setTimeout(done, PATIENCE))]);
}
