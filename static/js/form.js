// The inspection form: every change is kept on this device first; what the page says is read from there.

import * as fields from "./item.js";
import { newId, openStore, sameContent } from "./store.js";
import { remember, stateWords, Sync } from "./sync.js";

const PAUSE_IN_TYPING = 400;
const PAUSE_BEFORE_SENDING = 800;
const PAUSE_BEFORE_SPARES = 4000; // ms in which the page is used, or looks for what others changed
const PATIENCE = 60_000; // ms for the files that photos need
const MOMENT = 3000; // ms that chosen photos wait in memory for them

const page = document.querySelector("[data-inspection]");
const { inspection, shell } = page.dataset;
const words = document.querySelector("#form-words").dataset;
const state = document.querySelector(".bar-state");
const readiness = page.querySelector("[data-readiness]");
const items = new Map([...page.querySelectorAll(".item")].map((item) => [item.dataset.item, item]));
const pauses = new Map(); // timers of changes that wait for the end of typing, by item
const underWay = new Map(); // the last write of each item that is not done yet
const unkept = new Map(); // what could not be written, by item
let isRefused = false; // the check was asked for while something could not be sent
let store, sync, photos, view;

const ready = begin();
ready.then(async () => {
  if (view?.photos || view?.refused || view?.unreadable || shell || !navigator.serviceWorker || (await store.meta("shooting"))) await loadPhotos().catch(() => {});
  const idle = globalThis.requestIdleCallback ?? ((work) => work());
  setTimeout(() => idle(() => fetchSpares().catch(() => {})), PAUSE_BEFORE_SPARES);
}).catch(() => {});

async function begin() {
  const person = Number(page.dataset.person || localStorage.getItem("portal-person"));
  if (!person) return askServer();
  if (page.dataset.person) remember(person);
  store = await openStore(person);
  for (const item of [...pauses.keys(), ...underWay.keys()]) jot(item);
  sync = new Sync(store);
  const known = await store.inspection(inspection).catch(() => undefined);
  if (shell && !known?.preparedAt) return askServer();
  // Where something is known already, what the server just rendered is the newer; else it can wait for its turn.
  if (!shell && known) await takePage(known);
  store.listen((change) => {
    if (change.sync) fetchAgain(change.sync);
    if (!change.inspection || change.inspection === inspection) refreshSoon(change.items);
  });
  await refresh();
  if (!shell && !known) await takePage();
  sync.start(inspection);
}

// What this device does not hold, the server may.
function askServer() {
  if (!location.search) location.replace(`${location.pathname}?online${location.hash}`);
  return new Promise(() => {});
}

// The page as the server rendered it is what the server holds.
async function takePage(known) {
  const answers = [...items.values()].map(fields.answerOf);
  const { center, round, lead } = page.dataset;
  const cursor = Math.max(Number(page.dataset.cursor), known?.cursor ?? 0);
  const reply = { cursor, center, round, lead: lead === "1", total: items.size, answers: answers.filter(({ version }) => version) };
  await store.hear(inspection, reply).catch(unable);
}

// The scripts for photos come once the page has nothing else to do; where they do not arrive, the next run that reaches the portal
// asks again. Most browsers never ask twice for a module that failed to load: nothing is imported before all files have been fetched.
let spares = null; // false: asked for in vain
function fetchSpares() {
  spares ||= fields.fetchAll(fields.photoFiles(), PATIENCE).then(() => import("./photos.js"));
  spares.then(({ tools }) => tools()).catch(() => { spares = false; });
  return spares;
}

function fetchAgain({ failure, sending }) {
  if (failure || sending || photos) return;
  if (view?.photos) loadPhotos().catch(() => {});
  else if (spares === false) fetchSpares().catch(() => {});
}

function loadPhotos() {
  photos ??= ready.then(async () => {
    const { attachPhotos } = await fetchSpares();
    return attachPhotos({ store, sync, inspection, page, words });
  });
  photos.catch(() => { photos = undefined; });
  return photos;
}

// Chosen photos do not stay in memory for long where the line is up and nothing comes through it.
function pick(item, files) {
  const late = new Promise((_done, fail) => setTimeout(fail, MOMENT));
  Promise.race([loadPhotos(), late]).then((loaded) => loaded.pick(item, files), () => keepRaw(item, files));
}

// Without them a photo waits here as it was chosen, and they make it ready (photo-queue.js).
async function keepRaw(item, files) {
  const { rawKept, notKept } = document.querySelector("#photo-tools").content.firstElementChild.dataset;
  const keepOne = async (file) => {
    await ready;
    // What the browser cannot read is no photo.
    (await createImageBitmap(file)).close();
    const row = { id: newId(), inspection, item: item.dataset.item, title: fields.titleOf(item), raw: await file.arrayBuffer(), at: new Date().toISOString(), waiting: inspection };
    await store.run(["photos", "meta"], "readwrite", (tx) => Promise.all([tx.objectStore("photos").put(row), tx.objectStore("meta").put(null, "shooting")]));
  };
  const results = await Promise.allSettled(files.map(keepOne));
  const isKept = results.every(({ status }) => status === "fulfilled");
  fields.sayOfPhotos(item, isKept ? rawKept : notKept, isKept ? "status" : "alert");
  store.announce({ inspection, photos: true });
  // They may have come meanwhile.
  photos?.then((loaded) => loaded.ripen(), () => {});
}

// ---- keeping

// Jotted down at every key, kept at the end of typing, and with it whenever the person or the page turns elsewhere.
function touch(item, wait = 0) {
  isRefused = false;
  fields.say(item, "");
  jot(item);
  clearTimeout(pauses.get(item));
  pauses.set(item, setTimeout(() => keep(item), wait));
  if (!wait) keep(item);
}

const asIs = (item) => ({ content: fields.readContent(item), base: fields.versionOf(item), held: fields.isHalf(item), at: new Date().toISOString() });
const jot = (item) => store?.jot(inspection, item.dataset.item, asIs(item));

function settleNow() {
  for (const item of pauses.keys()) keep(item);
}

function keep(item) {
  clearTimeout(pauses.get(item));
  pauses.delete(item);
  const work = keepOne(item).finally(() => underWay.get(item) === work && underWay.delete(item));
  underWay.set(item, work);
}

async function keepOne(item) {
  const { content, held, at } = asIs(item);
  await ready;
  try {
    await store.keep(inspection, item.dataset.item, content, { base: fields.versionOf(item), held, at });
    unkept.delete(item);
    // The rest of the page follows in a moment.
    if (!pauses.has(item)) fields.say(item, held ? words.heldItem : words.local, held ? "warn" : "");
  } catch {
    unkept.set(item, true);
    setTimeout(() => unkept.has(item) && touch(item), 5000);
    return refresh([item.dataset.item]);
  }
  if (!held) sync.wake(PAUSE_BEFORE_SENDING);
  if (unkept.size) for (const other of unkept.keys()) touch(other);
  prepareOnce();
}

// The first answer kept here is the sign that this device goes to the field.
let prepared = false;
async function prepareOnce() {
  if (prepared || shell || !navigator.serviceWorker || !store.durable) return;
  prepared = true;
  try {
    const { canOpenOffline, prepare } = await import("./checkout.js");
    if (canOpenOffline() && !(await store.inspection(inspection))?.preparedAt) await prepare({ store, sync, inspection });
  } catch {
    // No signal yet: the next answer is the next occasion.
    prepared = false;
  }
}

// ---- telling

// Many small changes, one look.
let soon = null;
function refreshSoon(codes) {
  if (soon) {
    soon.codes = codes && soon.codes && [...soon.codes, ...codes];
    return;
  }
  soon = { codes };
  setTimeout(() => {
    const { codes: wanted } = soon;
    soon = null;
    refresh(wanted);
  }, 50);
}

async function refresh(codes) {
  try {
    view = await store.view(inspection);
  } catch (error) {
    return unable(error);
  }
  const answers = new Map(view.answers.map((answer) => [answer.item, answer]));
  const waiting = new Map(view.outbox.map((row) => [row.item, row])); // the last one of each item
  for (const code of new Set(codes ?? items.keys())) {
    if (items.has(code)) show(items.get(code), answers.get(code), waiting.get(code));
  }
  fields.count(page, words);
  fields.showHands(page, view, store.person, sync.skew, words);
  tell();
  tellReadiness();
}

function unable() {
  state.textContent = words.unkeptAll;
  state.dataset.tone = "bad";
}

// What is being typed, or is not written yet, is not replaced under the fingers.
const isComing = (item) => pauses.has(item) || underWay.has(item);
const isBusy = (item) => isComing(item) || unkept.has(item) || (item.contains(document.activeElement) && fields.isTyped(document.activeElement));

function show(item, answer, row) {
  const content = row?.content ?? answer;
  let isShown = content && sameContent(fields.readContent(item), content);
  if (content && !isShown && !isBusy(item)) {
    fields.fillItem(item, content);
    isShown = true;
  }
  // The version goes with what is seen: a change made upon something unseen is a conflict, not a correction.
  if (answer && !row && (isShown || answer.mine)) fields.setVersion(item, answer.version ?? 0);
  const isUnkept = unkept.has(item);
  // What is still being typed is not kept yet, whatever was saved before it.
  const [said, tone] = isComing(item) && !isUnkept ? ["", ""] : fields.stateOf(answer, row, isUnkept, sync.sending, words);
  if (said !== null) fields.say(item, said, tone);
  fields.showErrors(item, row?.errors ?? answer?.errors ?? {});
  if (shell) fields.showLast(item, view.previous.find((last) => last.item === item.dataset.item), words);
  const { conflicts, lead } = view.row ?? {};
  const clash = conflicts?.includes(item.dataset.item) ? fields.clashWords(item, answer, words, lead) : "";
  fields.showClash(item, clash, words[lead ? "clashPick" : "clashLink"], page.dataset.conflictsUrl);
  if (row && !row.held) fields.showStatus(item, fields.statusOf(row.content), words);
  else if (answer?.status && !row) fields.showStatus(item, answer.status, words);
  item.toggleAttribute("data-stuck", Boolean(isUnkept || row?.held || row?.refused || answer?.errors));
}

// Whether this page opens without signal, or why not; and a newer release, while nothing waits here.
function tellReadiness(row = view.row) {
  const isNewer = sync.release && sync.release !== page.dataset.release;
  if (isNewer && !view.outbox.length && !view.photos) {
    import("./checkout.js").then(({ offerSoon }) => offerSoon({ store, sync, words, place: readiness })).catch(() => {});
  } else if (!store.durable) readiness.textContent = words.noStore;
  else if (!window.isSecureContext) readiness.textContent = words.noOffline;
  else if (row?.preparedAt && !readiness.dataset.failed) readiness.textContent = fields.readinessOf(row, words);
}

// One sentence for the whole form; the worst news first. A role=status element speaks each change once.
function tell() {
  const waits = view.outbox.some((row) => !row.held && !row.refused);
  const isHeldBack = isRefused && waits && !["login", "other"].includes(sync.failure);
  const [said, tone, link] = isHeldBack ? [words.checkOffline, "bad"] : stateWords({ view, sync, words, unkept: unkept.size, durable: store.durable });
  const key = `${said}|${tone}`;
  if (state.dataset.said === key) return;
  Object.assign(state.dataset, { said: key, tone });
  state.textContent = said;
  if (!link) return;
  state.append(" ", fields.linkOf(link, page, words));
}

// ---- what a person does

page.addEventListener("input", ({ target }) => {
  const item = target.closest(".item");
  if (item && target.name && fields.isTyped(target)) touch(item, PAUSE_IN_TYPING);
});

page.addEventListener("change", ({ target }) => {
  const item = target.closest(".item");
  if (!item) return;
  if (target.type === "file") {
    // The list empties with its field.
    const files = [...target.files];
    target.value = "";
    pick(item, files);
  } else if (target.name) {
    fields.settleChips(item, target);
    touch(item);
  }
});

// The camera may have this tab killed: where it was opened is written before.
page.addEventListener("click", ({ target }) => {
  if (!target.matches("input[type=file]") || !store) return;
  const item = target.closest(".item").dataset.item;
  store.setMeta("shooting", { inspection, item, at: new Date().toISOString() }).catch(() => {});
});

page.addEventListener("pointerdown", () => fetchSpares().catch(() => {}), { once: true });

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const item = button?.closest(".item");
  if (button && "prepare" in button.dataset) prepareNow(button).catch(away);
  if (button && "draft" in button.dataset) exportDraft().catch(away);
  if (!item) return;
  if (button.dataset.step) {
    fields.step(button);
    touch(item);
  } else if ("all" in button.dataset) {
    fields.checkAll(item);
    touch(item);
  } else if ("photo" in button.dataset || "remove" in button.dataset) {
    event.preventDefault();
    loadPhotos().then((loaded) => loaded.press(button, item)).catch(away);
  }
});

page.addEventListener("submit", (event) => {
  event.preventDefault();
  settleNow();
});

async function exportDraft() {
  await ready;
  // Without the rest of them it must work as well.
  await fields.fetchAll(fields.photoFiles(/draft|queue|picture|rows|sha256/), PATIENCE);
  const { offer } = await import("./draft.js");
  await offer({ store, inspection, said: page.querySelector(".tray-said") });
}

async function prepareNow(button) {
  await ready;
  const { prepareByHand } = await import("./checkout.js");
  await prepareByHand({ store, sync, inspection, button, words, place: readiness, told: tellReadiness });
}

// A part that is not on this device yet, asked for without signal.
const away = () => (readiness.textContent = words.unready);

// The dock's link takes the focus itself, so the item last worked on is remembered.
let here = null;
page.addEventListener("focusin", (event) => {
  here = event.target.closest(".item") ?? here;
});
page.addEventListener("focusout", ({ target }) => {
  const item = target.closest(".item");
  if (!item || !fields.isTyped(target)) return;
  if (pauses.has(item)) keep(item);
  if (view) setTimeout(() => refresh([item.dataset.item]));
});

document.querySelector(".dock-form .next").addEventListener("click", (event) => {
  event.preventDefault();
  fields.goToNext(page, here);
});

// The check is made on the portal: what waits here goes first. The store is asked, since the page learns of a tap a moment later.
document.querySelector(".dock-form .check").addEventListener("click", async (event) => {
  if (!store && !pauses.size && !underWay.size) return;
  event.preventDefault();
  settleNow();
  await Promise.all(underWay.values());
  const rows = await store.outbox(inspection).catch(() => view?.outbox ?? []);
  const waits = rows.some((row) => !row.held && !row.refused);
  const failure = waits && (await sync.flush());
  if (!failure) return location.assign(event.target.href);
  isRefused = true;
  tell();
});

// The log-out button of the page's head; nobody's unsent work is thrown away with a log-in.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-leave]")) return;
  event.preventDefault();
  settleNow();
  await Promise.all(underWay.values());
  const { leave } = await import("./leaving.js");
  await leave(event.target);
});

// A page that is put away may not come back: what is half typed is written now.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && settleNow());
window.addEventListener("pagehide", settleNow);
window.addEventListener("pageshow", (event) => event.persisted && ready.then(() => refresh()));
window.addEventListener("beforeunload", (event) => {
  settleNow();
  const waits = store && !store.durable && (view?.outbox.length || view?.photos || view?.refused);
  if (unkept.size || waits) event.preventDefault();
});
document.documentElement.classList.add("js");
