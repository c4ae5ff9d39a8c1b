// The photos of the form as the page shows them: beside their items, each with its state, and all in one line.

import { clock, sayOfPhotos, titleOf } from "./item.js";
import { Unreadable } from "./picture.js";
import { choiceOf, choose, PhotoQueue, size, suits } from "./photo-queue.js";
import { isLost, isRefused, isWaiting } from "./photo-rows.js";

const SHOOTING = "shooting"; // the item whose camera was opened last; form.js writes it before that
const RECENT = 30 * 60_000; // ms after which nobody waits for that photo any more
const LONGEST_PAUSE = 300_000;
const AGAIN = new Set(["offline", "server", "elsewhere", "unread"]);
const STOPS = new Set(["offline", "login", "other", "closed", "server"]);

// A page that no worker hands its files has only what it fetched while there was signal: no photo may fail for want of a script.
if (!navigator.serviceWorker?.controller) {
  Promise.allSettled([crypto.subtle || import("./sha256.js"), import("./annotate.js"), import("./camera.js"), import("./draft.js")]);
}

// The tools' markup and words, in the reader's language; with them comes their stylesheet.
export function tools() {
  const there = document.querySelector("#photo-tools-here");
  if (there) return there;
  const copy = document.querySelector("#photo-tools").content.cloneNode(true);
  document.querySelector("main").append(copy);
  return document.querySelector("#photo-tools-here");
}

// `store`, `sync`: this person's; `page`: the element with the items. Loaded when a photo is taken, or waits.
export async function attachPhotos(given) {
  const photos = new Photos(given);
  await photos.open();
  return photos;
}

class Photos {
  #page;
  #store;
  #sync;
  #inspection;
  #queue;
  #words;
  #tray = document.querySelector("#tray");
  #choice = "now";
  #once = false;
  #stopped = "";
  #failures = 0;
  #moved = 0;
  #timer = 0;
  #drawn = new Map(); // id → its entry in the page
  #seen = new Map(); // id → address of its small picture
  #atWork = 0; // pictures that are being made ready and are kept nowhere yet
  #rendering = null;
  #stale = false;

  constructor({ page, store, sync, inspection }) {
    Object.assign(this, { counts: { photos: 0, waiting: 0 } });
    this.#page = page;
    this.#store = store;
    this.#sync = sync;
    this.#inspection = inspection;
    this.#words = tools().dataset;
    this.#queue = new PhotoQueue({ store, sync, inspection, told: () => this.#show(), mayGo: () => this.#mayGo() });
  }

  async open() {
    this.#choice = await choiceOf(this.#store);
    this.#store.listen(({ inspection, photos }) => inspection === this.#inspection && photos && this.#show());
    this.#sync.also(() => this.#send());
    navigator.connection?.addEventListener?.("change", () => this.#send());
    window.addEventListener("beforeunload", (event) => this.#atWork && event.preventDefault());
    this.#openTray();
    await this.#show();
    this.#queue.offerAgain().catch(() => {}).then(() => this.ripen());
    await this.#recall();
    if (!this.#page.dataset.shell) return;
    await this.#showBefore();
    // A photo that was just taken does not wait for the network.
    this.#showOthers();
  }

  // The kept page names no photo: those of the last inspection are on this device, …
  async #showBefore() {
    const rows = await this.#store.run(["previous"], "readonly", (tx) => tx.objectStore("previous").index("inspection").getAll(this.#inspection));
    for (const { item, photos = [] } of rows) {
      const button = this.#page.querySelector(`[data-item="${CSS.escape(item)}"] [data-old]`);
      if (button && photos.length) button.dataset.old = photos.map(({ id }) => id).join(" ");
    }
  }

  // … and those that others took of this one are the portal's to tell.
  async #showOthers() {
    const cursor = (await this.#store.inspection(this.#inspection))?.cursor ?? "";
    const reply = await this.#sync.call(`/inspections/${this.#inspection}/state/?since=${cursor}`);
    const here = new Set([...this.#page.querySelectorAll("[data-shot]")].map((entry) => entry.dataset.shot));
    for (const photo of reply.body?.photos ?? []) if (!here.has(photo.id)) this.#drawOther(photo);
  }

  #drawOther({ id, item: code, by, done, url, thumbnail_url }) {
    const item = this.#itemOf(code);
    if (!item) return;
    const entry = this.#entry(item, { id, address: thumbnail_url, name: this.#words.elsewhere.replace("{name}", by) });
    const link = document.createElement("a");
    link.href = url;
    const picture = entry.querySelector("img");
    picture.replaceWith(link);
    link.append(picture);
    entry.querySelector(".photo-state").textContent = done ? by : this.#words.coming;
  }

  #itemOf(code) {
    return this.#page.querySelector(`[data-item="${CSS.escape(code)}"]`);
  }

  // ---- what is done

  // Files or canvases; until the last of them is kept, the page says so and is not left unasked.
  async pick(item, sources, options) {
    const words = this.#words;
    sayOfPhotos(item, words.reading);
    this.#atWork += 1;
    let failure = null;
    for (const source of sources) await this.#queue.add(item.dataset.item, source, { ...options, title: titleOf(item) }).catch((error) => (failure = error));
    this.#atWork -= 1;
    await this.#store.setMeta(SHOOTING, null).catch(() => {});
    // Another picture may have been refused meanwhile: that must stay to be read.
    if (!failure) this.#unsay(item, words.reading);
    else if (failure instanceof Unreadable) sayOfPhotos(item, words.unreadable, "alert");
    else sayOfPhotos(item, failure.name === "QuotaExceededError" ? words.full : words.notKept, "alert");
    this.#sendAnew();
  }

  async press(button, item) {
    const id = button.closest("[data-shot]")?.dataset.shot;
    if ("remove" in button.dataset) await this.#remove(item, id);
    else if (button.dataset.photo === "mark") await this.#mark(item, id);
    else await this.#compare(item, button);
  }

  async #remove(item, id) {
    if (!window.confirm(this.#words.sure)) return;
    const neighbor = item.querySelector(".shot input");
    await this.#queue.remove(id, item.dataset.item);
    neighbor.focus();
    this.#sendAnew();
  }

  async #mark(item, id) {
    const source = await this.#picture(id);
    if (!source) return sayOfPhotos(item, this.#words.away);
    const { annotate } = await import("./annotate.js");
    const drawn = await annotate(source, tools().querySelector("#annotate"));
    if (drawn) await this.pick(item, [drawn], { of: id });
  }

  async #compare(item, button) {
    const { compare } = await import("./camera.js");
    const old = await Promise.all(button.dataset.old.split(" ").map((id) => this.#before(item, id)));
    const taken = await compare(old, tools().querySelector("#compare"));
    if (taken === "refused") {
      sayOfPhotos(item, this.#words.noCamera);
      item.querySelector(".shot input").focus();
    } else if (taken) await this.pick(item, [taken]);
  }

  // A photo of the last inspection: the whole one, else the small one that was kept when this was prepared.
  async #before(item, id) {
    const whole = await this.#picture(id);
    if (whole) return URL.createObjectURL(whole);
    const row = await this.#store.run(["previous"], "readonly", (tx) => tx.objectStore("previous").get([this.#inspection, item.dataset.item]));
    const small = row?.photos?.find((photo) => photo.id === id);
    return small ? URL.createObjectURL(new Blob([small.bytes], { type: "image/jpeg" })) : `/photos/${id}/small/`;
  }

  // The bytes that are here, else what the server has; null where neither is within reach.
  async #picture(id) {
    const row = await this.#store.photo(id);
    if (row?.bytes) return new Blob([row.bytes], { type: "image/jpeg" });
    try {
      const response = await fetch(row?.url ?? `/photos/${id}/`, { redirect: "error" });
      return response.ok ? await response.blob() : null;
    } catch {
      return null;
    }
  }

  // The camera app had this tab killed: the item is shown again, and what is missing is said.
  async #recall() {
    const shooting = await this.#store.meta(SHOOTING);
    if (shooting?.inspection !== this.#inspection) return;
    await this.#store.setMeta(SHOOTING, null);
    const item = this.#itemOf(shooting.item);
    if (!item || Date.now() - Date.parse(shooting.at) > RECENT) return;
    item.closest("details").open = true;
    unfold(item);
    sayOfPhotos(item, this.#words.recall);
    item.scrollIntoView({ block: "start" });
    item.querySelector(".shot input").focus({ preventScroll: true });
  }

  // What was chosen before these scripts were here.
  async ripen() {
    await this.#queue.ripen().catch(() => {});
    for (const item of this.#page.querySelectorAll(".item")) this.#unsay(item, this.#words.rawKept);
    this.#send();
  }

  // ---- sending

  #mayGo() {
    return this.#once || suits(this.#choice);
  }

  // Somebody did something: also what is over is asked about once more.
  #sendAnew() {
    this.#sync.over.delete(this.#inspection);
    this.#send();
  }

  // It goes on beside the answers, which must not wait behind megabytes.
  #send() {
    this.#queue.send().then(
      (stopped) => this.#sent(stopped),
      () => this.#sent("server"),
    );
    return "";
  }

  async #sent(stopped) {
    // Where something went through, the next try is soon.
    this.#failures = stopped && this.#queue.moved === this.#moved ? this.#failures + 1 : 0;
    this.#moved = this.#queue.moved;
    this.#stopped = stopped;
    await this.#show();
    this.#once &&= this.counts.waiting > 0;
    clearTimeout(this.#timer);
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures);
    if (this.counts.waiting && AGAIN.has(stopped)) this.#timer = setTimeout(() => this.#send(), pause);
  }

  // ---- what is shown; one pass at a time, and another if something changed meanwhile

  async #show() {
    if (this.#rendering) {
      this.#stale = true;
      return this.#rendering;
    }
    this.#rendering = this.#render().finally(() => {
      this.#rendering = null;
      if (this.#stale) this.#show();
    });
    this.#stale = false;
    return this.#rendering;
  }

  async #render() {
    const tally = await this.#queue.tally();
    const rows = tally.rows.filter((row) => !row.removed);
    const removed = new Set(tally.rows.filter((row) => row.removed).map((row) => row.id));
    const here = new Set(rows.map((row) => row.id));
    for (const [id, entry] of this.#drawn) if (!here.has(id)) this.#drop(id, entry);
    for (const entry of this.#page.querySelectorAll("[data-shot]")) {
      const id = entry.dataset.shot;
      // Hidden while the server has still to hear of it; what is forgotten after that is gone.
      if (entry.hidden && !removed.has(id) && !here.has(id)) entry.remove();
      else entry.hidden = removed.has(id);
    }
    for (const row of rows) this.#draw(row);
    const mine = rows.filter((row) => row.sha256);
    this.counts = { photos: mine.length, waiting: tally.rows.filter(isWaiting).length };
    this.#tell(mine, tally, removed.size);
  }

  #drop(id, entry) {
    entry.remove();
    this.#drawn.delete(id);
    URL.revokeObjectURL(this.#seen.get(id));
    this.#seen.delete(id);
  }

  #draw(row) {
    const item = this.#itemOf(row.item);
    if (!item || !(row.sha256 || isLost(row))) return;
    const drawn = this.#drawn.get(row.id);
    // It could be read after all.
    if (drawn?.matches(".photo-lost") && row.sha256) this.#drop(row.id, drawn);
    const there = this.#drawn.get(row.id) ?? item.querySelector(`[data-shot="${CSS.escape(row.id)}"]`);
    const entry = there ?? this.#drawNew(item, row);
    this.#drawn.set(row.id, entry);
    const state = entry.querySelector(".photo-state") ?? document.createElement("span");
    if (!state.isConnected) {
      state.className = "photo-state";
      entry.querySelector("button").before(state);
    }
    const words = this.#stateOf(row);
    if (state.textContent !== words) state.textContent = words;
    state.dataset.tone = row.errors || isLost(row) ? "bad" : row.done ? "good" : "";
  }

  #drawNew(item, row) {
    if (!row.sha256) return this.#drawLost(item, row);
    const address = URL.createObjectURL(new Blob([row.thumbnail], { type: "image/jpeg" }));
    this.#seen.set(row.id, address);
    const number = item.querySelector(".thumbs").children.length + 1;
    return this.#entry(item, { id: row.id, address, name: this.#words[row.of ? "drawn" : "name"].replace("{n}", number) });
  }

  // There is nothing to be seen or drawn on: only words, and the way to remove it.
  #drawLost(item, { id, at }) {
    const entry = this.#entry(item, { id, address: "", name: clock(at) });
    entry.className = "photo-lost";
    for (const part of entry.querySelectorAll("img, [data-photo]")) part.remove();
    return entry;
  }

  #entry(item, { id, address, name }) {
    const entry = tools().querySelector("#photo-entry").content.firstElementChild.cloneNode(true);
    entry.dataset.shot = id;
    const picture = entry.querySelector("img");
    [picture.src, picture.alt] = [address, name];
    for (const button of entry.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent} ${name}`);
    item.querySelector(".thumbs").append(entry);
    unfold(item);
    return entry;
  }

  #stateOf(row) {
    if (isLost(row)) return this.#words.lost.replace("{time}", clock(row.at));
    if (row.errors) return row.errors.join(" ") || this.#words.mismatch;
    if (row.done) return this.#words.done;
    if (!row.announced) return this.#words.kept;
    if (row.offset) return this.#words.going.replace("{n}", Math.floor((100 * row.offset) / row.size));
    return this.#mayGo() ? this.#words.small : this.#words.waits;
  }

  #unsay(item, words) {
    const said = item.querySelector(".photo-said");
    if (said?.textContent === words) sayOfPhotos(item, "");
  }

  // ---- the tray: all photos of this device in words, and the choice

  #openTray() {
    if (!this.#tray) return;
    const choice = this.#tray.querySelector(".tray-choice");
    choice.hidden = false;
    for (const one of choice.querySelectorAll("input")) one.checked = one.value === this.#choice;
    choice.addEventListener("change", ({ target }) => this.#choose(target.value));
    this.#tray.querySelector("[data-originals]").addEventListener("click", () => {
      this.#once = true;
      this.#sendAnew();
    });
  }

  async #choose(value) {
    this.#choice = value;
    await choose(this.#store, value);
    this.#sendAnew();
    await this.#show();
  }

  #tell(rows, { waitingBytes, sentBytes }, removals) {
    if (!this.#tray) return;
    const done = rows.filter((row) => row.done).length;
    const words = this.#words;
    const parts = rows.length ? [words.verified.replace("{done}", done).replace("{total}", rows.length)] : [];
    const small = rows.filter((row) => row.announced && !row.done).length;
    if (small) parts.push(words.smalls.replace("{n}", small));
    if (removals) parts.push(words.removals.replace("{n}", removals));
    // What stopped the last run is over once something goes through.
    const stopped = this.#queue.moved === this.#moved ? this.#stopped : "";
    if (this.counts.waiting && STOPS.has(stopped)) parts.push(words[stopped]);
    const isShort = rows.some(isRefused);
    if (isShort) parts.push(words.refused);
    const line = this.#tray.querySelector(".tray-photos");
    const text = parts.join(words.comma);
    if (line.textContent !== text) line.textContent = text;
    line.dataset.tone = rows.length && done === rows.length ? "good" : isShort || (this.counts.waiting && STOPS.has(stopped)) ? "warn" : "";
    this.#tray.querySelector(".tray-meter").textContent =
      sentBytes || waitingBytes ? words.meter.replace("{sent}", size(sentBytes)).replace("{waiting}", size(waitingBytes)) : "";
    this.#tray.querySelector("[data-originals]").hidden = this.#choice !== "wifi" || !waitingBytes;
  }
}

function unfold(item) {
  const more = item.querySelector(".more input");
  if (more) more.checked = true;
}
