// The task list on a device: who is logged in here, what is not sent, and everything got ready at once.

import { openStore } from "./store.js";
import { unsent } from "./unsent.js";

const place = document.querySelector("[data-device]");
const { dataset: words } = place;
const said = place.querySelector("[role=status]");
const button = place.querySelector("button");
const person = Number(words.device);
const ids = [...document.querySelectorAll("a[href^='/inspections/']")]
  .map((link) => link.pathname.match(/^\/inspections\/([0-9a-f-]{36})\/$/)?.[1])
  .filter(Boolean);
const inspections = [...new Set(ids)];

begin();

async function begin() {
  try {
    localStorage.setItem("portal-person", person);
    // Pages that wait for a log-in hear of it.
    localStorage.setItem("portal-login", Date.now());
  } catch {
    // Blocked storage: the form says what that means.
  }
  const { canOpenOffline } = await import("./checkout.js");
  // Pages that cannot be opened without signal must not be promised.
  button.hidden = !inspections.length || !canOpenOffline();
  await tell();
  await keepLanguage().catch(() => {});
}

async function tell() {
  const store = await openStore(person);
  const [kept, { answers, photos, refused, unreadable }] = await Promise.all([store.inspections(), unsent(store)]);
  const ready = kept.filter(({ id, preparedAt, offline }) => preparedAt && offline && inspections.includes(id)).length;
  const parts = [];
  if (answers + photos) parts.push(words.unsent.replace("{n}", answers + photos));
  if (answers + photos && (await (await import("./waiting.js")).waitsLong(store))) place.querySelector("[data-long]").hidden = false;
  if (refused + unreadable) parts.push(words.stuck.replace("{n}", refused + unreadable));
  if (ready) parts.push(words.ready.replace("{n}", ready).replace("{total}", inspections.length));
  if (button.hidden && inspections.length) parts.push(words.away);
  if (parts.length) said.textContent = parts.join(" ");
}

// Pages that were kept in another language are fetched anew in this one.
async function keepLanguage() {
  const store = await openStore(person);
  const { lang } = document.documentElement;
  const stale = (await store.inspections()).filter((row) => row.offline && row.preparedAt && row.lang !== lang && inspections.includes(row.id));
  if (!stale.length) return;
  const [{ prepare }, { Sync }] = await Promise.all([import("./checkout.js"), import("./sync.js")]);
  const sync = new Sync(store);
  for (const { id } of stale) await prepare({ store, sync, inspection: id });
}

button.addEventListener("click", async () => {
  button.disabled = true;
  const [{ prepare }, { Sync }] = await Promise.all([import("./checkout.js"), import("./sync.js")]);
  const store = await openStore(person);
  const sync = new Sync(store);
  let done = 0;
  let failed = 0;
  for (const inspection of inspections) {
    said.textContent = words.preparing.replace("{n}", done + failed + 1).replace("{total}", inspections.length);
    await prepare({ store, sync, inspection }).then(() => (done += 1), () => (failed += 1));
  }
  await tell();
  if (failed) said.textContent = words.failed.replace("{n}", failed);
  button.disabled = false;
});
