// This device's own page: what is not sent, what is prepared, and whether the device can work without signal.

import { canOpenOffline, isOver, notPrepared, offerUpdate, prepare, putAway, sizeWords } from "./checkout.js";
import { mayLose, showLost } from "./lost.js";
import { checks } from "./selfcheck.js";
import { clock, statusOf } from "./item.js";
import { people } from "./people.js";
import { openStore } from "./store.js";
import { remember, Sync } from "./sync.js";
import { unsent } from "./unsent.js";

const page = document.querySelector("[data-field]");
const words = document.querySelector("#field-words").dataset;
const at = (name) => page.querySelector(`[data-${name}]`);
const person = Number(page.dataset.person || localStorage.getItem("portal-person"));
let store, sync;
let isOut = false; // what is told is that nobody is logged in

begin();

async function begin() {
  if (page.dataset.person) remember(person);
  // The worker shows this page in the place of one that only the portal has.
  at("away").hidden = location.pathname === "/field/";
  if (person) {
    store = await openStore(person);
    sync = new Sync(store);
    store.listen((change) => {
      // Logged in again, so that it is no longer so.
      if (isOut && change.sync?.failure === "") tell();
      refresh().catch(broken);
    });
    await refresh().catch(broken);
    await warn();
    sync.also(sendPhotos);
    sync.start();
  } else {
    at("unsent").textContent = words.nobody;
    showLogin();
  }
  await others();
  for await (const row of checks({ sync, store })) showCheck(row);
}

function showLogin() {
  at("login").textContent = words.signIn;
  at("login").hidden = false;
}

function broken() {
  at("unsent").textContent = words.store;
}

async function warn() {
  const { answers, photos } = await unsent(store);
  if (answers + photos && (await (await import("./waiting.js")).waitsLong(store))) at("long").hidden = false;
}

// A photo that waits for nothing but being taken out is not one to be sent.
function what({ items, photos, removals }) {
  const parts = { items, photos: photos - removals, removals };
  return Object.entries(parts).map(([name, n]) => n && words[name].replace("{n}", n)).filter(Boolean).join(words.comma);
}

// Photos of these inspections that wait, and how many of them for nothing but being taken out.
async function pictures(store, ids) {
  const counts = await Promise.all(ids.map((id) => store.photoIds(id)));
  const sum = (count) => counts.reduce((so, one) => so + count(one), 0);
  return { photos: sum(({ waiting }) => waiting.length), removals: sum(({ removals }) => removals) };
}

// Photos that do not go by themselves.
const stuck = ({ refused, unreadable }) => [refused && words.refused.replace("{n}", refused), unreadable && words.lost.replace("{n}", unreadable)].filter(Boolean);

const isReady = (row) => !row.held && !row.refused; // complete, so that it goes by itself

// They go beside the answers, which must not wait behind megabytes; their script comes only where some wait.
async function sendPhotos() {
  // Where it does not come, the next run asks again.
  if ((await unsent(store)).photos) import("./photo-queue.js").then(({ sendAll }) => sendAll({ store, sync })).catch(() => {});
  return "";
}

async function weigh(isWaiting) {
  if (!isWaiting && !(await store.meta("photo bytes sent"))) return;
  const { meter, size } = await import("./photo-queue.js");
  const { sent, waiting } = await meter(store);
  at("meter").textContent = at("meter").dataset.words.replace("{sent}", size(sent)).replace("{waiting}", size(waiting));
}

async function refresh() {
  const [kept, outbox, left] = await Promise.all([store.inspections(), store.outbox(), unsent(store)]);
  const over = kept.filter(({ closed }) => closed).map(({ id }) => id);
  const alive = [...kept.map(({ id }) => id), ...outbox.map(({ inspection }) => inspection)].filter((id) => !over.includes(id));
  const [shut, going] = await Promise.all([amount(outbox, over), amount(outbox, alive)]);
  const waits = what({ ...going, items: going.ready });
  const dead = what({ ...shut, items: shut.ready + shut.open });
  const failing = sync.failure === "login" ? "signedOut" : sync.failure;
  const said = sync.sending ? "sending" : failing || "waiting";
  const sentences = [waits && words[said].replace("{what}", waits), going.open && words.open.replace("{n}", going.open), dead && words.shut.replace("{what}", dead), ...stuck(left)];
  at("unsent").textContent = sentences.filter(Boolean).join(" ") || words.allSent;
  const needsLogin = sync.failure === "login";
  at("send").hidden = !waits || needsLogin;
  at("login").hidden = !waits || !needsLogin;
  const isEmpty = !outbox.length && !left.photos;
  at("export").hidden = isEmpty && !left.refused;
  if (isEmpty) at("long").hidden = true;
  await showLost({ store, sync, kept, words, place: at("lost"), n: left.unreadable });
  // Its script may be away; the rest is told all the same.
  await weigh(left.photos > 0).catch(() => {});
  await list(kept, outbox);
  if (sync.release && sync.release !== page.dataset.release && isEmpty && at("newer").hidden) {
    at("newer").hidden = false;
    await offerUpdate({ store, sync, words, place: at("newer") });
  }
}

async function list(kept, outbox) {
  const told = await Promise.all(kept.map(async (row) => ({ row, waiting: await tags(row, outbox) })));
  const shown = told.filter(({ row, waiting }) => row.preparedAt || waiting.length);
  // What still waits stands first.
  shown.sort((one, other) => Boolean(other.waiting.length) - Boolean(one.waiting.length));
  at("none").hidden = shown.length > 0 || !canOpenOffline();
  at("again").hidden = !shown.length || !canOpenOffline();
  const rows = await Promise.all(shown.map(async ({ row, waiting }) => entry(await counted(row), waiting)));
  at("prepared").hidden = !shown.length;
  at("prepared").replaceChildren(...rows);
}

// Answers that wait here count too: they are what this person has done.
async function counted(row) {
  const { answers, outbox } = await store.view(row.id);
  const pending = new Map(outbox.map(({ item, content, held }) => [item, held ? "unanswered" : statusOf(content)]));
  const done = answers.filter(({ item, status }) => (pending.get(item) ?? status ?? "unanswered") !== "unanswered");
  return { ...row, answered: done.length };
}

// Changes and photos of these inspections that the server has not acknowledged.
async function amount(outbox, inspections) {
  const ids = [...new Set(inspections)];
  const own = outbox.filter(({ inspection }) => ids.includes(inspection));
  const ready = own.filter(isReady).length;
  return { ready, open: own.length - ready, ...(await pictures(store, ids)) };
}

async function tags(row, outbox) {
  const { ready, open, ...photos } = await amount(outbox, [row.id]);
  const waits = what({ items: ready, ...photos });
  const { refused } = await store.photoIds(row.id);
  return [refused.length && words.rowRefused.replace("{n}", refused.length), waits && words.rowWaiting.replace("{what}", waits), open && words.rowOpen.replace("{n}", open)].filter(Boolean);
}

function entry(row, waiting) {
  const place = document.createElement("li");
  const link = element("a", "", "");
  link.href = `/inspections/${row.id}/`;
  const prepared = row.preparedAt && words[row.offline ? "row" : "rowOnline"].replace("{round}", row.round ?? "").replace("{time}", clock(row.preparedAt)).replace("{size}", sizeWords(row.size ?? 0)).replace(/^ · /, "");
  const sent = row.syncedAt && words.rowSent.replace("{time}", clock(row.syncedAt));
  link.append(
    element("span", "name", row.center ?? ""),
    element("span", "hint", [row.closed && words.rowClosed, prepared, sent].filter(Boolean).join(" · ")),
    element("span", "side", `${row.answered ?? 0}/${row.total ?? ""}`),
  );
  link.lastChild.prepend(...waiting.map((text) => element("span", "tag tag-warn", text)));
  place.append(link);
  if (row.closed || !waiting.length) place.append(remover(row, waiting.length > 0));
  return place;
}

// What came of a button stands below it, where no later run writes.
function tell(...said) {
  isOut = false;
  at("told").replaceChildren(...said);
}

function remover(row, isUnsent) {
  const text = isUnsent ? words.discard : words.remove;
  const button = element("button", "btn btn-link ms-2", text);
  button.type = "button";
  button.setAttribute("aria-label", `${text} ${row.center ?? ""}`);
  button.addEventListener("click", async () => {
    if (!isUnsent && !(await mayLose({ store, inspection: row.id, words }))) return;
    if (isUnsent) await (await import("./discard.js")).discard({ store, inspection: row.id, words, tell });
    else if (!(await putAway(store, row.id))) tell(words.kept);
  });
  return button;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// Somebody else's unsent work on this device: told, not shown.
async function others() {
  const strangers = (await people()).filter((one) => one !== person);
  const rows = await Promise.all(
    strangers.map(async (one) => {
      const left = await unsent(await openStore(one));
      const waits = what({ ...left, items: left.answers });
      return [waits && words.another.replace("{what}", waits), ...stuck(left).map((said) => words.anotherStuck.replace("{said}", said))];
    }),
  );
  at("others").replaceChildren(...rows.flat().filter(Boolean).map((text) => element("p", "note note-warning", text)));
}

function showCheck({ name, tone, said }) {
  const place = at("checks").querySelector(`[data-check="${name}"]`) ?? element("li", "", "");
  place.dataset.check = name;
  place.className = "d-flex align-items-baseline gap-2 mb-2";
  place.replaceChildren(element("span", `tag tag-${tone}`, words[tone]), element("span", "", said(words)));
  at("checks").append(place);
}

// ---- what a person does

at("send").addEventListener("click", () => sync.flush());

at("again").addEventListener("click", async (event) => {
  event.target.disabled = true;
  tell(words.preparing);
  let failed = "";
  for (const { id, closed } of await store.inspections()) {
    if (!closed) await prepare({ store, sync, inspection: id }).catch(({ message }) => (failed ||= isOver(message) ? "" : message));
  }
  event.target.disabled = false;
  tell(...(failed ? notPrepared(failed, words) : []));
  isOut = failed === "login";
  await refresh();
});

at("export").addEventListener("click", async () => {
  const { exportDraft } = await import("./draft.js");
  const [kept, outbox, { inspections }] = await Promise.all([store.inspections(), store.outbox(), unsent(store)]);
  const ids = new Set([...kept.map(({ id }) => id), ...outbox.map(({ inspection }) => inspection), ...inspections]);
  const files = [];
  for (const id of ids) files.push(await exportDraft(store, id));
  const names = files.flatMap((one) => one.names).join("  ");
  const [unready, lost] = ["unready", "lost"].map((name) => files.reduce((sum, one) => sum + one[name], 0));
  const said = [words.exported.replace("{name}", names), unready + lost && words.leftOut.replace("{n}", unready + lost)];
  at("exported").textContent = names ? said.filter(Boolean).join(" ") : await whyNoFile(unready, lost);
});

// A photo's removal goes into none, nor does a photo that could not be made ready for one.
async function whyNoFile(unready, lost) {
  const { removals } = await unsent(store);
  const left = what({ items: 0, photos: unready + removals, removals });
  const said = [left && words.noFile.replace("{what}", left), lost && words.lost.replace("{n}", lost)];
  return said.filter(Boolean).join(" ") || words.allSent;
}

let installing = null;
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installing = event;
  at("install").hidden = false;
});
at("install").addEventListener("click", () => installing?.prompt());
