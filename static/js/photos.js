// The photos of the form as the page shows them: beside their items, each with its state, and all in one line.

import { Unreadable } from "./picture.js";
import { PhotoQueue, SENT, waitingKey } from "./photo-queue.js";

const CHOICE = "originals"; // "now" | "wifi"
const UNMETERED = new Set(["wifi", "ethernet"]);
const SHOOTING = "shooting"; // the item whose camera was opened last; form.js writes it before that
const RECENT = 30 * 60_000; // ms after which nobody waits for that photo any more
const STOPS = new Set(["offline", "login", "other", "closed", "server", "refused"]);

export function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
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
  #drawn = new Map(); // id → its entry in the page
  #seen = new Map(); // id → address of its small picture
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
    this.#choice = (await this.#store.meta(CHOICE)) ?? "now";
    this.#store.listen(({ inspection, photos }) => inspection === this.#inspection && photos && this.#show());
    this.#sync.also(() => this.#send());
    navigator.connection?.addEventListener?.("change", () => this.#send());
    this.#openTray();
    await this.#show();
    this.#send();
    await this.#recall();
  }

  // ---- what is done

  async pick(item, files) {
    await this.#store.setMeta(SHOOTING, null).catch(() => {});
    const code = item.dataset.item;
    for (const file of files) {
      this.#say(item, this.#words.reading);
      try {
        await this.#queue.add(code, file);
        this.#say(item, "");
      } catch (error) {
        this.#complain(item, error);
      }
    }
    this.#send();
  }

  #complain(item, error) {
    const words = this.#words;
    const said = error instanceof Unreadable ? words.unreadable : error?.name === "QuotaExceededError" ? words.full : words.notKept;
    this.#say(item, said, "alert");
  }

  async press(button, item) {
    const id = button.closest("[data-shot]")?.dataset.shot;
    if ("remove" in button.dataset) await this.#remove(item, id);
    else if (button.dataset.photo === "mark") await this.#mark(item, id);
    else await this.#compare(item, button);
  }

  async #remove(item, id) {
    const neighbor = item.querySelector(".shot input");
    await this.#queue.remove(id, item.dataset.item);
    neighbor.focus();
    this.#send();
  }

  async #mark(item, id) {
    const source = await this.#picture(id);
    if (!source) return this.#say(item, this.#words.away);
    const { annotate } = await import("./annotate.js");
    const drawn = await annotate(source, tools().querySelector("#annotate"));
    if (!drawn) return;
    await this.#keepDrawn(item, drawn, { of: id });
  }

  async #compare(item, button) {
    const { compare } = await import("./camera.js");
    const taken = await compare(button.dataset.old, tools().querySelector("#compare"));
    if (taken === "refused") {
      this.#say(item, this.#words.noCamera);
      item.querySelector(".shot input").focus();
    } else if (taken) await this.#keepDrawn(item, taken, {});
  }

  async #keepDrawn(item, canvas, options) {
    try {
      await this.#queue.add(item.dataset.item, canvas, options);
      this.#say(item, "");
    } catch (error) {
      this.#complain(item, error);
    }
    this.#send();
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
    const item = this.#page.querySelector(`[data-item="${CSS.escape(shooting.item)}"]`);
    if (!item || Date.now() - Date.parse(shooting.at) > RECENT) return;
    item.closest("details").open = true;
    unfold(item);
    this.#say(item, this.#words.recall);
    item.scrollIntoView({ block: "start" });
    item.querySelector(".shot input").focus({ preventScroll: true });
  }

  // ---- sending

  #mayGo() {
    return this.#choice !== "wifi" || this.#once || UNMETERED.has(navigator.connection?.type);
  }

  // It goes on beside the answers, which must not wait behind megabytes.
  #send() {
    if (!this.counts.waiting) return "";
    this.#queue.send().then(
      (stopped) => this.#sent(stopped),
      () => this.#sent("server"),
    );
    return "";
  }

  #sent(stopped) {
    this.#once &&= this.counts.waiting > 0 && stopped !== "";
    this.#stopped = stopped;
    return this.#show();
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
    for (const entry of this.#page.querySelectorAll("[data-shot]")) entry.hidden = removed.has(entry.dataset.shot);
    for (const row of rows) this.#draw(row);
    const mine = rows.filter((row) => row.sha256);
    this.counts = { photos: mine.length, waiting: tally.rows.filter((row) => row.waiting).length };
    this.#tell(mine, tally, removed.size);
  }

  #drop(id, entry) {
    entry.remove();
    this.#drawn.delete(id);
    URL.revokeObjectURL(this.#seen.get(id));
    this.#seen.delete(id);
  }

  #draw(row) {
    const item = this.#page.querySelector(`[data-item="${CSS.escape(row.item)}"]`);
    if (!item || !row.sha256) return;
    const known = this.#drawn.get(row.id) ?? item.querySelector(`[data-shot="${CSS.escape(row.id)}"]`);
    const entry = known ?? this.#entry(item, row);
    this.#drawn.set(row.id, entry);
    let state = entry.querySelector(".photo-state");
    if (!state) {
      state = document.createElement("span");
      state.className = "photo-state";
      entry.querySelector("button").before(state);
    }
    const words = this.#stateOf(row);
    if (state.textContent !== words) state.textContent = words;
    state.dataset.tone = row.errors ? "bad" : row.done ? "good" : "";
  }

  #entry(item, row) {
    const entry = tools().querySelector("#photo-entry").content.firstElementChild.cloneNode(true);
    const list = item.querySelector(".thumbs");
    entry.dataset.shot = row.id;
    const picture = entry.querySelector("img");
    const address = row.thumbnail ? URL.createObjectURL(new Blob([row.thumbnail], { type: "image/jpeg" })) : "";
    this.#seen.set(row.id, address);
    if (address) picture.src = address;
    const name = this.#words[row.of ? "drawn" : "name"].replace("{n}", list.children.length + 1);
    picture.alt = name;
    for (const button of entry.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent} ${name}`);
    list.append(entry);
    unfold(item);
    return entry;
  }

  #stateOf(row) {
    if (row.errors) return row.errors.join(" ") || this.#words.mismatch;
    if (row.done) return this.#words.done;
    if (!row.announced) return this.#words.kept;
    if (row.offset) return this.#words.going.replace("{n}", Math.floor((100 * row.offset) / row.size));
    return this.#mayGo() ? this.#words.small : this.#words.waits;
  }

  #say(item, words, role = "status") {
    let said = item.querySelector(".photo-said");
    if (!said) {
      said = document.createElement("p");
      said.className = "photo-said";
      item.querySelector(".thumbs").after(said);
    }
    said.setAttribute("role", role);
    said.textContent = words;
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
      this.#send();
    });
  }

  async #choose(value) {
    this.#choice = value;
    await this.#store.setMeta(CHOICE, value);
    this.#send();
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
    if (this.counts.waiting && STOPS.has(this.#stopped)) parts.push(words[this.#stopped]);
    const line = this.#tray.querySelector(".tray-photos");
    const text = parts.join(words.comma);
    if (line.textContent !== text) line.textContent = text;
    line.dataset.tone = rows.length && done === rows.length ? "good" : this.counts.waiting && this.#stopped ? "warn" : "";
    this.#tray.querySelector(".tray-meter").textContent =
      sentBytes || waitingBytes ? words.meter.replace("{sent}", size(sentBytes)).replace("{waiting}", size(waitingBytes)) : "";
    this.#tray.querySelector("[data-originals]").hidden = this.#choice !== "wifi" || !waitingBytes;
  }
}

function unfold(item) {
  const more = item.querySelector(".more input");
  if (more) more.checked = true;
}

// Sent and waiting bytes over all inspections of this device, for its own page.
export async function meter(store) {
  const rows = await store.inspections();
  let waiting = 0;
  for (const { id } of rows) waiting += (await store.meta(waitingKey(id))) ?? 0;
  return { sent: (await store.meta(SENT)) ?? 0, waiting };
}
