// The photos of one inspection on this device: kept first, then sent — small pictures before originals, in pieces.
//
//   const photos = new PhotoQueue({ store, sync, inspection, told, mayGo });   // mayGo(): whether originals may go now
//   await photos.add(code, file, { of, title })   // resolves when it is kept; rejects where nothing was kept
//   await photos.remove(id, code)          // also of a photo that only the server has; sent when there is a network
//   await photos.send()                    // one run; resolves to "" or to what stopped it (see Sync.call)
//   await photos.tally()                   // {rows, waitingBytes, sentBytes}; rows without their bytes
//
// Of a row the server's word decides three things: `announced` (it has the small picture), `done` (it has the original
// under the digest that was computed here; only then the bytes leave this device), and the end of `removed`.
// One that it refused for good (`isRefused`) is told, and offered again when the form is opened.
// A photo that this browser cannot read in two runs, or whose bytes are gone, waits no more: it stays to be told (`isLost`) until
// somebody removes it.

import { base64, digest, shrink, Unreadable } from "./picture.js";
import { isLost, isRefused, isWaiting, leaves, list, photosOf, strays, waitingKey, weight } from "./photo-rows.js";
import { newId, refusedKey, removalsKey, unreadableKey } from "./store.js";

const LEAST = 64 * 1024;
const MOST = 256 * 1024;
const TRIES = 3;
// What concerns one photo alone must not hold up the others.
const ALONE = new Set(["server", "refused", "unread"]);
const PATIENCE = 60_000; // ms for one piece

const missed = new Set(); // ids of rows that IndexedDB failed to read once

const UNMETERED = new Set(["wifi", "ethernet"]);
const CHOICE = "originals"; // "now" | "wifi"

export const SENT = "photo bytes sent";

export const choiceOf = async (store) => (await store.meta(CHOICE)) ?? "now";
export const choose = (store, choice) => store.setMeta(CHOICE, choice);
export const suits = (choice) => choice !== "wifi" || UNMETERED.has(navigator.connection?.type);

// For a page that shows no photos: sends what waits of every inspection; resolves to what stopped it.
export async function sendAll({ store, sync }) {
  const choice = await choiceOf(store);
  for (const { id } of await store.inspections()) {
    const isOpen = !sync.over.has(id) && (await store.photoIds(id)).waiting.length > 0;
    const stopped = isOpen && (await new PhotoQueue({ store, sync, inspection: id, mayGo: () => suits(choice) }).send());
    if (stopped && !ALONE.has(stopped) && stopped !== "closed") return stopped;
  }
  return "";
}

// Sent and waiting bytes over all inspections of this device.
export async function meter(store) {
  const rows = await store.inspections();
  const waiting = await Promise.all(rows.map(({ id }) => store.meta(waitingKey(id))));
  return { sent: (await store.meta(SENT)) ?? 0, waiting: waiting.reduce((sum, bytes) => sum + (bytes ?? 0), 0) };
}

export function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export class PhotoQueue {
  #store;
  #inspection;
  #root;
  #sync;
  #told;
  #mayGo;
  #offsets = new Map();
  #mismatches = new Map();
  #dim = new Set(); // what the run that is on, or is about to begin, could not read
  #piece = LEAST;
  #running = null;
  #again = false;

  constructor({ store, sync, inspection, told = () => {}, mayGo = () => true }) {
    this.#store = store;
    this.#inspection = inspection;
    this.#root = `/inspections/${inspection}/photos/`;
    this.#sync = sync;
    this.#told = told;
    this.#mayGo = mayGo;
    this.moved = 0; // how many pieces have gone through
  }

  // ---- kept here

  async add(item, source, { of = null, at = new Date().toISOString(), title = "" } = {}) {
    const row = { id: newId(), inspection: this.#inspection, item, title, of, at, ...(await photoOf(source)) };
    return this.#change(row.id, () => ({ ...row, announced: false, done: false, waiting: this.#inspection }));
  }

  // What the server refused is offered once more.
  async offerAgain() {
    const { refused } = await this.#store.photoIds(this.#inspection);
    for (const id of refused) {
      // One that cannot be read, or written, holds back no other.
      if (await this.#read(id)) await this.#change(id, (now) => now && (isRefused(now) ? { ...now, waiting: this.#inspection } : now)).catch(() => {});
    }
  }

  // All that were chosen while these scripts were out of reach (form.js); also what could not be read before, in case it can be now.
  async ripen() {
    const { waiting, refused, lost } = await this.#store.photoIds(this.#inspection);
    for (const id of [...waiting, ...refused, ...lost]) await this.#ripen((await this.#read(id)) ?? {});
  }

  async #ripen({ raw, misread, ...row }) {
    if (!raw) return row.waiting && !row.bytes && !row.done && !row.removed ? this.#lose(row) : "";
    try {
      const made = await photoOf(new Blob([raw]));
      const ready = { ...row, of: null, ...made, announced: false, done: false, waiting: this.#inspection };
      await this.#change(row.id, (now) => (now?.raw ? ready : now));
    } catch (error) {
      if (error instanceof Unreadable) return misread ? this.#lose(row) : this.#misread(row.id);
      // No memory or no room now: it waits as it is, and holds up nothing else.
    }
    return "";
  }

  // It may have been for want of memory: only where a later run fails as well it is called unreadable.
  async #misread(id) {
    this.#dim.add(id);
    await this.#change(id, (now) => (now?.raw ? { ...now, misread: true } : now)).catch(() => {});
    return "unread";
  }

  // Undefined also where IndexedDB cannot read the row: its bytes may be gone from the disk. What fails once is left to a later run;
  // what fails then too is listed, and tried again as the form is opened.
  async #read(id) {
    if (this.#dim.has(id)) return undefined;
    let row;
    let fails = false;
    try {
      row = await this.#store.photo(id);
    } catch {
      fails = true;
    }
    const known = await this.#isStray(id);
    if (!fails) missed.delete(id);
    if (fails && !known && !missed.has(id)) for (const ids of [missed, this.#dim]) ids.add(id);
    else if (fails !== known) await this.#list(id, fails);
    return row;
  }

  async #isStray(id) {
    return (await strays(this.#store, this.#inspection)).includes(id);
  }

  async #list(id, there) {
    await list(this.#store, this.#inspection, id, there);
    this.#say(id);
  }

  async #lose(row) {
    const lost = (now) => (now.bytes || now.done || now.removed ? now : { ...now, waiting: unreadableKey(this.#inspection) });
    // No room even for that: the next run says it.
    if (!isLost(row)) await this.#change(row.id, (now) => now && lost(now)).catch(() => {});
    return "";
  }

  // One that the server can know of is taken out there too; one that never left is gone at once.
  async remove(id, item) {
    const unseen = await this.#store.photo(id).then(() => false, () => true);
    await this.#change(id, (row) => {
      if (row && !row.tried) return null;
      return { inspection: this.#inspection, item, at: new Date().toISOString(), announced: true, done: true, ...row, id, removed: true, waiting: this.#inspection };
    }, unseen);
    if (await this.#isStray(id)) await this.#list(id, false);
  }

  async tally() {
    const rows = await photosOf(this.#store, this.#inspection);
    const waitingBytes = (await this.#store.meta(waitingKey(this.#inspection))) ?? 0;
    const partly = [...this.#offsets.values()].reduce((sum, offset) => sum + offset, 0);
    return {
      rows: rows.map(({ bytes, raw, ...row }) => ({ ...row, kept: Boolean(bytes), offset: this.#offsets.get(row.id) ?? 0 })).sort(byTime),
      waitingBytes: Math.max(0, waitingBytes - partly),
      sentBytes: (await this.#store.meta(SENT)) ?? 0,
    };
  }

  // One transaction over row and meter; `change` gets the row as it is and returns it as it shall be, null for none;
  // one that cannot be read is replaced `unseen`.
  async #change(id, change, unseen = false) {
    const after = await this.#store.run(["photos", "meta"], "readwrite", async (tx) => {
      const [photos, meta] = [tx.objectStore("photos"), tx.objectStore("meta")];
      const before = unseen ? undefined : await photos.get(id);
      const next = change(before);
      if (next) await photos.put(next);
      else await photos.delete(id);
      const grown = weight(next) - weight(before);
      const add = async (key, by) => by && meta.put(Math.max(0, ((await meta.get(key)) ?? 0) + by), key);
      await add(waitingKey(this.#inspection), grown);
      await add(removalsKey(this.#inspection), leaves(next) - leaves(before));
      return next;
    });
    this.#say(id);
    return after;
  }

  #say(id) {
    this.#told(id);
    this.#store.announce({ inspection: this.#inspection, photos: true });
  }

  // ---- on the way

  // One tab sends at a time; where the browser has no locks, the server's offsets keep two senders right.
  async send() {
    if (this.#sync.over.has(this.#inspection)) return "closed";
    this.#again = true;
    this.#running ??= this.#locked(() => this.#run()).finally(() => {
      this.#running = null;
      this.#dim.clear();
    });
    return this.#running;
  }

  #locked(work) {
    if (!navigator.locks) return work();
    const name = `portal-photos-${this.#store.person}-${this.#inspection}`;
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : "elsewhere"));
  }

  async #run() {
    const steps = [(row) => this.#ripen(row), (row) => this.#announce(row), (row) => this.#takeOut(row), (row) => this.#mayGo() && this.#upload(row)];
    const seen = new Set();
    let stopped = "";
    for (;;) {
      if (this.#again) seen.clear();
      this.#again = false;
      const ids = (await this.#store.photoIds(this.#inspection)).waiting.filter((id) => !seen.has(id));
      if (!ids.length) return stopped;
      for (const step of steps) {
        for (const id of ids) {
          const failed = await this.#try(step, id);
          if (failed && !ALONE.has(failed)) return failed;
          if (!stopped || stopped === "unread") stopped = failed || stopped;
        }
      }
      for (const id of ids) seen.add(id);
    }
  }

  async #try(step, id) {
    const row = await this.#read(id);
    if (this.#dim.has(id)) return "unread";
    return (row && isWaiting(row) && (await step(row))) || "";
  }

  async #announce(row) {
    if (row.announced || row.removed || !row.sha256) return "";
    // The portal may have that one whole, so that it is not listed where it cannot be read.
    const original = row.of && (await this.#store.photo(row.of).catch(() => undefined));
    if (original && !original.announced) {
      const failed = await this.#announce(original);
      if (failed) return failed;
    }
    // It may have been removed since it was read.
    const kept = await this.#change(row.id, (now) => now && { ...now, tried: true });
    if (!kept || kept.removed) return "";
    const { id, item, of, sha256, size, at } = row;
    const thumbnail = base64(row.thumbnail);
    const json = { person: this.#store.person, device: await this.#store.device(), id, item, of, sha256, size, at, thumbnail };
    let reply = await this.#sync.call(this.#root, { method: "POST", json, timeout: PATIENCE });
    // The photo under a drawing was taken out before it ever left.
    if (reply.body?.early) reply = await this.#sync.call(this.#root, { method: "POST", json: { ...json, of: null }, timeout: PATIENCE });
    if (!reply.ok) return this.#refusal(row, reply);
    if (reply.body.removed && !row.removed) return this.#forget(id);
    const { offset = 0, done, url, thumbnail_url } = reply.body;
    this.moved += 1;
    await this.#count(thumbnail.length);
    this.#offsets.set(id, offset);
    await this.#change(id, (now) => now && { ...now, announced: true, errors: null, url, thumbnail_url });
    return done ? this.#verify(row, reply.body) : "";
  }

  async #takeOut(row) {
    if (!row.removed) return "";
    const reply = await this.#sync.call(`/photos/${row.id}/remove/`, { method: "POST" });
    if (reply.ok || reply.status === 404) return this.#forget(row.id);
    if (reply.failed !== "closed") return reply.failed;
    await this.#change(row.id, (now) => now && ends({ ...now, removed: false }));
    return "closed";
  }

  async #forget(id) {
    this.#offsets.delete(id);
    await this.#change(id, () => null);
    return "";
  }

  async #upload(row) {
    if (!row.announced || row.done || row.removed) return "";
    let offset = this.#offsets.get(row.id);
    if (offset === undefined || offset >= row.size) {
      const reply = await this.#sync.call(this.#address(row));
      if (!reply.ok) return this.#refusal(row, reply);
      if (reply.body.removed) return this.#forget(row.id);
      if (reply.body.done) return this.#verify(row, reply.body);
      offset = reply.body.offset;
    }
    for (let strays = 0; strays < TRIES; ) {
      const reply = await this.#put(row, offset);
      const said = reply.body?.offset;
      if (reply.status === 400) return this.#mismatch(row, reply);
      if (!Number.isInteger(said)) return this.#refusal(row, reply);
      if (reply.body.removed) return this.#forget(row.id);
      if (reply.body.done) return this.#verify(row, reply.body);
      if (said > offset) this.moved += 1;
      else strays += 1;
      offset = said;
      this.#offsets.set(row.id, offset);
      this.#told(row.id);
      if (!(await this.#isWanted(row.id))) return "";
    }
    return "server";
  }

  #address(row) {
    return `${this.#root}${row.id}/`;
  }

  // Pieces grow while they go through quickly, so that a weak signal loses little and a strong one waits little.
  async #put(row, offset) {
    const body = row.bytes.slice(offset, offset + this.#piece);
    const began = performance.now();
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" };
    const reply = await this.#sync.call(this.#address(row), { method: "PUT", headers, body, timeout: PATIENCE });
    const isQuick = reply.ok && performance.now() - began < 1500;
    this.#piece = isQuick ? Math.min(MOST, this.#piece * 2) : LEAST;
    if (reply.ok) await this.#count(body.byteLength);
    return reply;
  }

  #count(bytes) {
    return this.#store.run(["meta"], "readwrite", async (tx) => {
      const meta = tx.objectStore("meta");
      await meta.put(((await meta.get(SENT)) ?? 0) + bytes, SENT);
    });
  }

  async #isWanted(id) {
    const row = await this.#read(id);
    return Boolean(row) && !row.removed;
  }

  // The server's digest must be the one computed here from the same bytes; otherwise nothing is given up.
  async #verify(row, { sha256 }) {
    if (sha256 !== row.sha256) return this.#mismatch(row, {});
    this.#offsets.delete(row.id);
    await this.#change(row.id, (now) => {
      if (!now) return null;
      const { bytes, ...kept } = now;
      const verified = { ...kept, announced: true, done: true, errors: null };
      return verified.removed ? verified : ends(verified);
    });
    return "";
  }

  // What arrived is not what was sent: it starts anew, a few times, then it is said.
  async #mismatch(row, reply) {
    const times = (this.#mismatches.get(row.id) ?? 0) + 1;
    this.#mismatches.set(row.id, times);
    this.#offsets.delete(row.id);
    return times < TRIES ? "server" : this.#giveUp(row, reply);
  }

  async #giveUp(row, reply) {
    const waits = (now) => (now.removed ? now.waiting : refusedKey(this.#inspection));
    await this.#change(row.id, (now) => now && { ...now, waiting: waits(now), errors: (reply.body?.errors ?? []).map(({ message }) => message) });
    return "refused";
  }

  async #refusal(row, reply) {
    if (reply.failed === "missing" && row.announced) {
      // The server does not know it any more: it is announced again, once.
      const again = !this.#mismatches.has(row.id);
      this.#mismatches.set(row.id, TRIES);
      await this.#change(row.id, (now) => now && { ...now, announced: false });
      return again ? "server" : "closed";
    }
    if (reply.failed === "closed" || reply.failed === "missing") return (await this.#sync.end(this.#inspection, reply)) || "closed";
    return reply.failed === "wrong" || reply.failed === "large" ? this.#giveUp(row, reply) : (reply.failed ?? "server");
  }
}

async function photoOf(source) {
  const { bytes, thumbnail } = await shrink(source);
  return { sha256: await digest(bytes), size: bytes.byteLength, bytes, thumbnail };
}

const byTime = (one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0);

function ends(row) {
  const { waiting: _over, ...rest } = row;
  return rest;
}
