// What this device keeps of one person's field work, in IndexedDB (docs/field-protocol.md, "The device's store").
//
//   const store = await openStore(person);            // the person's key, a number; never rejects
//   store.durable                                     // false: memory alone, lost with the page
//   await store.run(names, mode, async (tx) => …)     // one transaction; may run twice, so it only reads and writes `tx`
//   store.listen((change) => …)                       // {inspection, items?, photos?}: written here or in another tab
//   store.announce({ inspection, photos: true })      // says so to all tabs; `keep`, `hear` and `note` do it themselves
//   await store.photo(id); await store.photoIds(inspection);   // photo-queue.js writes them, with `waiting` until the server has all
//   await store.meta(name); await store.setMeta(name, value);
//   await store.device()                              // this browser's UUID
// Every write rejects where nothing was kept (quota, blocked storage): say so on the page, never pretend.

import { deleteDB, openDB } from "../vendor/idb.js";

const VERSION = 1;
const databaseOf = (person) => `portal-field-${person}`;
export const removalsKey = (inspection) => `photo removals waiting ${inspection}`;
const jotOf = (inspection, item) => `jot ${inspection} ${item}`;
export const unreadableKey = (inspection) => `unreadable ${inspection}`; // `waiting` of a photo that cannot be sent
export const refusedKey = (inspection) => `refused ${inspection}`; // … that the server refused for good
export const straysKey = (inspection) => `photos out of reach ${inspection}`; // ids of those that IndexedDB cannot read any more
export const BLANK = { value: null, na: false, reason: "", note: "" };
export const contentOf = ({ value, na, reason, note }) => ({ value, na, reason, note });
export const sameContent = (one, other) => JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));

// crypto.randomUUID is absent on plain HTTP; crypto.getRandomValues is not.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function upgrade(db) {
  db.createObjectStore("inspections", { keyPath: "id" });
  db.createObjectStore("answers", { keyPath: ["inspection", "item"] }).createIndex("inspection", "inspection");
  const outbox = db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
  outbox.createIndex("id", "id", { unique: true });
  outbox.createIndex("inspection", "inspection");
  outbox.createIndex("item", ["inspection", "item"]);
  const photos = db.createObjectStore("photos", { keyPath: "id" });
  photos.createIndex("inspection", "inspection");
  photos.createIndex("waiting", "waiting");
  db.createObjectStore("previous", { keyPath: ["inspection", "item"] }).createIndex("inspection", "inspection");
  db.createObjectStore("meta");
}

export async function openStore(person) {
  const store = new Store(person);
  try {
    await store.takeJots();
  } catch (error) {
    const { memory } = await import("./memory.js");
    store.fallBack(memory(), error);
  }
  return store;
}

class Store {
  #db = null;
  #opened = null; // the same once it is there, for what cannot wait
  #channel = null;
  #listeners = [];

  constructor(person) {
    this.person = person;
    this.durable = true;
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(databaseOf(person));
    this.#channel.onmessage = ({ data }) => this.#tell(data);
  }

  fallBack(memory, reason) {
    this.durable = false;
    this.reason = reason;
    this.#db = memory;
  }

  async #open() {
    this.#db ??= openDB(databaseOf(this.person), VERSION, {
      upgrade,
      // Another tab deletes it (log-out) or a newer page upgrades it: whoever holds on would block both.
      blocking: (_now, _next, event) => {
        event.target.close();
        this.#db = this.#opened = null;
      },
      terminated: () => {
        this.#db = this.#opened = null;
      },
    });
    this.#opened = await this.#db;
    return this.#opened;
  }

  // Systems close databases under a page (memory pressure, storage being cleared): open again and try once more.
  async run(names, mode, work) {
    try {
      return await this.#once(names, mode, work);
    } catch (error) {
      if (!this.durable || error?.name === "QuotaExceededError") throw error;
      this.#db = this.#opened = null;
      return this.#once(names, mode, work);
    }
  }

  async #once(names, mode, work) {
    const db = await this.#open();
    const tx = db.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    // Its failure is told by what is thrown here; without this it would also be reported as unhandled.
    tx.done.catch(() => {});
    try {
      const result = await work(tx);
      await tx.done;
      return result;
    } catch (error) {
      if (!tx.error) abort(tx);
      throw tx.error ?? error;
    }
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  #tell(change) {
    for (const listener of this.#listeners) listener(change);
  }

  announce(change) {
    this.#channel?.postMessage(change);
    this.#tell(change);
  }

  // ---- answers

  // One answer, kept at once: `content` is {value, na, reason, note}, `base` the version that the page showed.
  // Held is what is not complete yet: kept, but not sent.
  async keep(inspection, item, content, { base, held = false, at = new Date().toISOString() }) {
    const kept = await this.run(["answers", "outbox", "meta"], "readwrite", async (tx) => {
      const jot = await tx.objectStore("meta").get(jotOf(inspection, item));
      if (jot?.at <= at) await tx.objectStore("meta").delete(jotOf(inspection, item));
      return enter(tx, { inspection, item, content, base, held, at });
    });
    this.announce({ inspection, items: [item] });
    return kept;
  }

  // The same a moment before it is kept: one write that has nothing to wait for, so that it is done even where the page is gone
  // by then. `keep` clears it away; what it did not come to is taken in by the next page.
  jot(inspection, item, { content, base, held, at }) {
    if (!this.durable || !this.#opened) return;
    try {
      const tx = this.#opened.transaction(["meta"], "readwrite");
      const done = tx.objectStore("meta").put({ inspection, item, content: contentOf(content), base, held, at }, jotOf(inspection, item));
      for (const one of [done, tx.done]) one.catch(() => {});
      tx.commit?.();
    } catch {
      // It was closed under the page: `keep` opens it again.
    }
  }

  async takeJots() {
    const own = IDBKeyRange.bound("jot ", "jot!"); // "!" stands right behind the space
    const jots = await this.run(["meta"], "readonly", (tx) => tx.objectStore("meta").getAllKeys(own));
    if (!jots.length) return;
    const taken = this.run(["answers", "outbox", "meta"], "readwrite", async (tx) => {
      for (const jot of await tx.objectStore("meta").getAll(own)) {
        const rows = await tx.objectStore("outbox").index("item").getAll([jot.inspection, jot.item]);
        // Another tab may have come later.
        if (!rows.some(({ at }) => at >= jot.at)) await enter(tx, jot);
      }
      await tx.objectStore("meta").delete(own);
    });
    // No room: they stay until there is.
    await taken.catch(() => {});
  }

  // Mutations that have no outcome yet, oldest first; of one inspection, or of all.
  outbox(inspection) {
    return this.run(["outbox"], "readonly", (tx) => {
      const rows = tx.objectStore("outbox");
      return inspection ? rows.index("inspection").getAll(inspection) : rows.getAll();
    });
  }

  // All that a page shows of an inspection.
  view(inspection) {
    return this.run(["inspections", "answers", "outbox", "previous", "photos", "meta"], "readonly", async (tx) => {
      const of = (name) => tx.objectStore(name).index("inspection").getAll(inspection);
      const [row, answers, outbox, previous, { waiting, refused, lost, removals }] = await Promise.all([
        tx.objectStore("inspections").get(inspection),
        of("answers"),
        of("outbox"),
        of("previous"),
        unsentPhotos(tx, inspection),
      ]);
      return { row, answers, outbox, previous, photos: waiting.length, refused: refused.length, unreadable: lost.length, removals };
    });
  }

  // What is to be sent next: one mutation of each item, at most `most`, marked as sent before they leave.
  depart(inspection, most) {
    return this.run(["outbox"], "readwrite", async (tx) => {
      const outbox = tx.objectStore("outbox");
      const first = new Map();
      for (const row of await outbox.index("inspection").getAll(inspection)) {
        if (!first.has(row.item)) first.set(row.item, row);
      }
      const leaving = [...first.values()].filter((row) => !row.held && !row.refused).slice(0, most);
      for (const row of leaving) row.sent += 1;
      await Promise.all(leaving.map((row) => outbox.put(row)));
      return leaving;
    });
  }

  // What the server said: outcomes of mutations (`results`) and what is there now (`changes`, or all `answers`).
  // The only place where the outbox loses rows, and only those whose outcome stands in `results`.
  async hear(inspection, reply) {
    const again = reply.restored && (await import("./restored.js")).giveAgain;
    const items = await this.run(["inspections", "answers", "outbox"], "readwrite", async (tx) => {
      const outbox = tx.objectStore("outbox");
      const answers = tx.objectStore("answers");
      const touched = [];
      for (const result of reply.results ?? []) {
        const row = await outbox.index("id").get(result.id);
        if (row) touched.push(await settle(outbox, answers, row, result));
      }
      const changes = reply.changes ?? reply.answers ?? [];
      if (again) touched.push(...(await again({ outbox, answers, inspection, changes, newId, contentOf, sameContent, BLANK })));
      const waiting = new Set((await outbox.index("inspection").getAll(inspection)).map((row) => row.item));
      const there = changes.length ? await answers.index("inspection").getAll(inspection) : [];
      const knownOf = new Map(there.map((answer) => [answer.item, answer]));
      const learned = changes.map((change) => learn(knownOf.get(change.item), inspection, change, waiting.has(change.item)));
      await Promise.all(learned.filter(Boolean).map((answer) => answers.put(answer)));
      touched.push(...changes.map(({ item }) => item));
      const known = await tx.objectStore("inspections").get(inspection);
      const closed = reply.cursor === undefined ? known?.closed : undefined;
      await tx.objectStore("inspections").put({ ...known, ...counts(reply), id: inspection, closed });
      return [...touched, ...(known?.conflicts ?? []), ...(reply.conflicts ?? [])];
    });
    this.announce({ inspection, items });
  }

  // What is known of an inspection besides its answers; only the fields given are changed.
  async note(inspection, fields) {
    await this.run(["inspections"], "readwrite", async (tx) => {
      const rows = tx.objectStore("inspections");
      await rows.put({ ...(await rows.get(inspection)), ...fields, id: inspection });
    });
    this.announce({ inspection });
  }

  inspection(id) {
    return this.run(["inspections"], "readonly", (tx) => tx.objectStore("inspections").get(id));
  }

  inspections() {
    return this.run(["inspections"], "readonly", (tx) => tx.objectStore("inspections").getAll());
  }

  // ---- photos

  photo(id) {
    return this.run(["photos"], "readonly", (tx) => tx.objectStore("photos").get(id));
  }

  photoIds(inspection) {
    return this.run(["photos", "meta"], "readonly", (tx) => unsentPhotos(tx, inspection));
  }

  // ---- meta

  meta(name) {
    return this.run(["meta"], "readonly", (tx) => tx.objectStore("meta").get(name));
  }

  setMeta(name, value) {
    return this.run(["meta"], "readwrite", (tx) => tx.objectStore("meta").put(value, name));
  }

  device() {
    return this.run(["meta"], "readwrite", async (tx) => {
      const known = await tx.objectStore("meta").get("device");
      const device = known ?? newId();
      if (!known) await tx.objectStore("meta").put(device, "device");
      return device;
    });
  }

  // Log-out on a shared device; the caller has made sure that nothing waits.
  async wipe() {
    if (!this.durable) return;
    (await this.#db)?.close();
    this.#db = this.#opened = null;
    await deleteDB(databaseOf(this.person));
  }
}

async function enter(tx, { inspection, item, content, base, held, at }) {
  const [answers, outbox] = [tx.objectStore("answers"), tx.objectStore("outbox")];
  const [before, rows] = await Promise.all([answers.get([inspection, item]), outbox.index("item").getAll([inspection, item])]);
  const last = rows.at(-1);
  const row = last && (!last.sent || last.refused) ? last : { id: newId(), inspection, item, base, after: last?.id ?? null, sent: 0 };
  if (row.refused) Object.assign(row, { id: newId(), sent: 0, refused: false });
  Object.assign(row, { content: contentOf(content), at, held, errors: null });
  const answer = { ...before, inspection, item, ...row.content, version: before?.version ?? base, errors: null };
  await Promise.all([outbox.put(row), answers.put(answer)]);
  return row;
}

// Ids of photos that the server has not whole, by keys alone; of `waiting` ones, `removals` only wait for being taken out.
export async function unsentPhotos(tx, inspection) {
  const index = tx.objectStore("photos").index("waiting");
  const rows = await Promise.all([inspection, refusedKey(inspection), unreadableKey(inspection)].map((key) => index.getAllKeys(key)));
  const [strays = [], removed = 0] = await Promise.all([straysKey, removalsKey].map((key) => tx.objectStore("meta").get(key(inspection))));
  const [waiting, refused, lost] = rows.map((ids) => ids.filter((id) => !strays.includes(id)));
  lost.push(...rows.flat().filter((id) => strays.includes(id)));
  return { waiting, refused, lost, removals: Math.min(waiting.length, removed) };
}

function abort(tx) {
  try {
    tx.abort();
  } catch {
    // It is over already.
  }
}

// What a reply says of the whole: `sync` counts the photos, `state` lists them.
function counts({ results, photos, cursor, answered, total, sections, conflicts, people, lead, center, round, kind }) {
  const syncedAt = results?.map(({ at }) => at).filter(Boolean).at(-1);
  const pictures = Array.isArray(photos) ? photos : undefined;
  const { arrived, announced } = pictures ? {} : (photos ?? {});
  const said = { cursor, answered, total, sections, conflicts, people, lead, center, round, kind, arrived, announced, pictures, syncedAt };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

async function settle(outbox, answers, row, result) {
  if (result.outcome === "reused" || result.outcome === "early") return hold(outbox, row, result.outcome);
  await outbox.delete(row.n);
  const later = (await outbox.index("item").count([row.inspection, row.item])) > 0;
  const known = await answers.get([row.inspection, row.item]);
  const answer = { ...known, inspection: row.inspection, item: row.item, version: result.version, status: result.status };
  if (result.outcome === "faulty") answer.errors = result.errors;
  else if (result.outcome === "conflict") {
    answer.lost = { ...row.content, at: row.at };
    if (!later && result.theirs) Object.assign(answer, contentOf(result.theirs), { by: result.theirs.by, at: result.theirs.at, mine: false });
  } else Object.assign(answer, { at: result.at, by: "", mine: true, digest: result.digest, errors: null, lost: null });
  await answers.put(answer);
  return row.item;
}

// The server took nothing: `early` goes again with what it waits for, `reused` under another id.
async function hold(outbox, row, outcome) {
  if (outcome === "reused") {
    const fresh = newId();
    for (const other of await outbox.index("item").getAll([row.inspection, row.item])) {
      if (other.after === row.id) await outbox.put({ ...other, after: fresh });
    }
    await outbox.put({ ...row, id: fresh, sent: 0 });
  } else if (!(row.after && (await outbox.index("id").get(row.after)))) {
    // What it waits for has left this device with an outcome that the server no longer knows.
    await outbox.put({ ...row, after: null });
  }
  return row.item;
}

// What waits here is not overwritten: its own outcome will say whether it agrees. Null where nothing is to be written.
function learn(known, inspection, change, waits) {
  if (known && change.version < known.version) return null;
  if (waits) return change.mine || !known ? null : { ...known, theirs: change };
  const isNew = change.version !== known?.version || !sameContent(change, known);
  const kept = isNew && !(known?.errors && change.version === known.version) ? { ...contentOf(change), errors: null } : {};
  const same = change.version === known?.version;
  const { version, status, by = same ? known.by : "", at = same ? known.at : null, mine } = change;
  // The server's word for what was sent from here holds for that version alone.
  const digest = same ? known.digest : null;
  return { ...known, inspection, item: change.item, ...kept, version, status, by, at, mine, digest, theirs: null };
}
