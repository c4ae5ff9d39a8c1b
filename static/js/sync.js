// From the outbox to the server and back: who is logged in, what leaves, what came of it. Knows no page.
//
// `failure` is that of the last run: "" | "offline" | "server" | "login" | "other" (somebody else is logged in).
// Only an outcome that names a mutation's id takes it from the outbox, so every step may be repeated.

const PATIENCE = 20_000; // ms until a silent server counts as gone
const PULSE = 30_000;
const LONGEST_PAUSE = 300_000;
const BATCH = 50;
const ROUNDS = 100;

// Who is logged in here, for pages that are kept without a name.
export function remember(person) {
  try {
    localStorage.setItem("portal-person", person);
  } catch {
    // Blocked storage: the server's pages work without it, and openStore tells the rest.
  }
}

export class Sync {
  #store;
  #token = "";
  #timer = 0;
  #due = 0;
  #busy = false;
  #again = false;
  #failures = 0;
  #hooks = [];
  #watched = "";

  constructor(store) {
    this.#store = store;
    this.failure = "";
    this.sending = false;
    this.release = "";
    this.skew = 0; // ms that the server's clock is ahead of this one
    this.over = new Set(); // inspections that the server called submitted or given to others; nobody asks again unbidden
    store.listen(({ sync }) => sync && Object.assign(this, sync));
  }

  // Begin: `inspection` is the one whose changes by others the page shows.
  start(inspection = "") {
    this.#watched = inspection;
    window.addEventListener("online", () => this.#retry());
    // A page that is shown for the first time is asked about as it begins.
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#retry({ bidden: true }));
    window.addEventListener("storage", ({ key }) => key?.startsWith("portal-") && this.#retry({ bidden: true }));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#retry({ bidden: true }));
    this.#soon(inspection ? 1500 : 0);
  }

  also(send) {
    this.#hooks.push(send);
  }

  // Send now; resolves to the failure of that run, "" where everything has its outcome.
  async flush() {
    this.#failures = 0;
    this.over.clear();
    for (;;) {
      if (!this.#busy) return this.#run();
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  // Somebody did something: also what is over is asked about once more.
  wake(wait = 0) {
    this.over.clear();
    this.#soon(wait);
  }

  #retry({ bidden = false } = {}) {
    this.#failures = 0;
    if (bidden) this.over.clear();
    this.#soon();
  }

  // Run soon; a run that is due earlier stays.
  #soon(wait = 0) {
    const due = Date.now() + wait;
    if (this.#timer && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  async #run() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#busy) {
      this.#again = true;
      return "";
    }
    this.#busy = true;
    this.#again = false;
    const failure = await this.#alone(() => this.#sendAll()).catch(() => "store");
    this.#busy = false;
    if (failure === null) {
      this.#soon(3000);
      return "server";
    }
    this.#failures = failure ? this.#failures + 1 : 0;
    this.#say({ failure, sending: false, release: this.release });
    const pause = failure ? Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures) : PULSE;
    if (failure || this.#again || !this.over.has(this.#watched)) this.#soon(this.#again && !failure ? 0 : pause);
    return failure;
  }

  // One tab at a time; without locks (plain HTTP) the server's memory of ids has to do.
  #alone(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request(`portal-send-${this.#store.person}`, { ifAvailable: true }, (lock) => (lock ? work() : null));
  }

  #say(status) {
    this.#store.announce({ sync: status });
  }

  // ---- what is sent

  async #sendAll() {
    const rows = await this.#store.outbox();
    const ready = rows.filter((row) => !row.held && !row.refused && !this.over.has(row.inspection));
    const waiting = [...new Set(ready.map((row) => row.inspection))];
    const isTold = this.over.has(this.#watched);
    if (waiting.length || (this.#hooks.length && !isTold)) {
      const who = await this.session();
      if (who.failed) return who.failed;
    }
    for (const inspection of waiting) {
      const failure = await this.#sendOne(inspection);
      if (failure) return failure;
    }
    for (const send of isTold ? [] : this.#hooks) {
      const failure = await send();
      if (failure && failure !== "closed" && failure !== "missing") return failure;
    }
    const isToldAlready = waiting.includes(this.#watched) || this.over.has(this.#watched);
    return this.#watched && !isToldAlready ? this.look(this.#watched) : "";
  }

  async #sendOne(inspection) {
    let most = BATCH;
    for (let round = 0; round < ROUNDS; round += 1) {
      const rows = await this.#store.depart(inspection, most);
      if (!rows.length) return "";
      this.#say({ sending: true });
      const reply = await this.#deliver(inspection, rows);
      if (reply.ok) {
        if (!(await this.#heard(inspection, rows, reply.body))) return "server";
      } else if (reply.failed === "closed" || reply.failed === "missing") {
        if (reply.body?.results?.length) await this.#heard(inspection, rows, { results: reply.body.results });
        return this.end(inspection, reply);
      } else if (reply.failed !== "large" && reply.failed !== "wrong") return reply.failed;
      else if (rows.length > 1) most = Math.ceil(rows.length / 2);
      else await this.#refuse(rows[0], { value: reply.body.errors?.map(({ message }) => message) ?? [] });
    }
    return "server";
  }

  async #deliver(inspection, rows) {
    const known = await this.#store.inspection(inspection);
    const mutations = rows.map(({ id, item, base, after, content, at }) => ({ id, item, base, after, ...content, at }));
    return this.call(`/inspections/${inspection}/sync/`, {
      method: "POST",
      json: { person: this.#store.person, device: await this.#store.device(), cursor: known?.cursor ?? null, mutations },
    });
  }

  // A mutation that the server could not read: it stays, and waits for a correction; one made meanwhile is that already.
  async #refuse(row, errors) {
    await this.#store.run(["outbox"], "readwrite", async (tx) => {
      const outbox = tx.objectStore("outbox");
      const kept = await outbox.get(row.n);
      if (kept?.id !== row.id) return;
      const later = (await outbox.index("item").getAll([row.inspection, row.item])).find(({ after }) => after === row.id);
      if (!later) return outbox.put({ ...kept, refused: true, errors });
      await outbox.put({ ...later, after: kept.after });
      return outbox.delete(kept.n);
    });
    this.#store.announce({ inspection: row.inspection, items: [row.item] });
  }

  // False where nothing moved: going on at once would turn in circles.
  async #heard(inspection, rows, body) {
    const ids = new Set(rows.map(({ id }) => id));
    const results = (body.results ?? []).filter(({ id }) => ids.has(id));
    await this.#learn(inspection, { ...body, results });
    return results.some(({ outcome }) => outcome !== "early");
  }

  async #learn(inspection, body) {
    this.release = body.release ?? this.release;
    await this.#store.hear(inspection, body);
    // What the server lost with a restored backup waits in the outbox again.
    if (body.restored) this.#soon();
  }

  // What others changed since this device last heard.
  async look(inspection) {
    const cursor = (await this.#store.inspection(inspection))?.cursor;
    const reply = await this.call(`/inspections/${inspection}/state/${cursor == null ? "" : `?since=${cursor}`}`);
    if (reply.ok) await this.#learn(inspection, reply.body);
    else if (reply.failed === "closed" || reply.failed === "missing") return this.end(inspection, reply);
    else return reply.failed;
    return "";
  }

  // What the server said to this person of an inspection that is over; resolves to what stood in the way of believing it.
  async end(inspection, { body }) {
    // To somebody else who is logged in here it is missing as well.
    const who = await this.session();
    if (who.failed) return who.failed;
    this.over.add(inspection);
    await this.#store.note(inspection, { closed: body?.closed || true });
    return "";
  }

  // ---- one request

  async session() {
    const reply = await this.#ask("/session/", {});
    if (!reply.ok) return reply;
    this.#token = reply.body.csrf;
    this.release = reply.body.release;
    this.skew = Date.parse(reply.body.now) - Date.now();
    return reply.body.person === this.#store.person ? reply : { failed: "other", body: reply.body };
  }

  // Never rejects: {ok, status, body} or {failed, status, body}. The token is fetched when it is missing or was changed.
  async call(url, options = {}) {
    const writes = options.method && options.method !== "GET";
    for (let again = false; ; again = true) {
      if (writes && !this.#token) {
        const who = await this.session();
        if (who.failed) return who;
      }
      const reply = await this.#ask(url, options);
      if (reply.failed !== "csrf") return reply;
      this.#token = "";
      if (again) return { ...reply, failed: "server" };
    }
  }

  async #ask(url, { method = "GET", json, body, headers = {}, timeout = PATIENCE }) {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), timeout);
    const said = { Accept: "application/json", ...headers };
    if (method !== "GET") said["X-CSRFToken"] = this.#token;
    if (json) said["Content-Type"] = "application/json";
    try {
      const response = await fetch(url, {
        method, headers: said, body: json ? JSON.stringify(json) : body,
        redirect: "manual", cache: "no-store", credentials: "same-origin", signal: silence.signal,
      });
      return outcome(response.status, response.type === "opaqueredirect", await response.text());
    } catch {
      return { failed: silence.signal.aborted ? "server" : "offline" };
    } finally {
      clearTimeout(timer);
    }
  }
}

// A log-in page, whether by 401 or by redirect, means that nothing was stored; a page of HTML is no acknowledgment.
function outcome(status, redirected, text) {
  if (status === 401 || redirected) return { failed: "login", status };
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const failed = body && typeof body === "object" ? failureOf(status, body) : status === 403 ? "csrf" : "server";
  return failed ? { failed, status, body: body ?? {} } : { ok: true, status, body };
}

function failureOf(status, body) {
  if (status >= 200 && status < 300) return "";
  if (status === 403) return body.csrf ? "csrf" : "closed";
  if (status === 404) return body.missing ? "missing" : "server";
  if (status === 409) return body.person ? "other" : "wrong";
  return { 400: "wrong", 413: "large" }[status] ?? "server";
}

// One sentence for a form, its tone, and where it leads; from the outbox, the last outcomes and the last run alone.
export function stateWords({ view, sync, words, unkept, durable }) {
  const say = (text, n) => text.replace("{n}", n).replace("{what}", n);
  const { row, outbox, answers, removals } = view;
  const photos = view.photos - removals;
  const rows = outbox.filter((one) => !one.held && !one.refused);
  const parts = [rows.length && say(words.items, rows.length), photos && say(words.photos, photos), removals && say(words.removals, removals)];
  const what = parts.filter(Boolean).join(words.comma);
  const wrong = outbox.filter((one) => one.refused).length + answers.filter((one) => one.errors && !outbox.some(({ item }) => item === one.item)).length;
  const held = outbox.filter((one) => one.held).length;
  if (unkept) return [say(words.unkept, unkept), "bad"];
  const stuck = ["refused", "unreadable"].map((name) => view[name] && say(words[name], view[name])).filter(Boolean);
  if (row?.closed) return [what ? say(words.closed, what) : [words.closedNone, ...stuck].join(words.also), "bad"];
  if (what && sync.failure === "login") return [say(words.signedOut, what), "warn", "login"];
  if (what && sync.failure === "other") return [say(words.other, what), "bad"];
  if (wrong) return [say(words.wrong, wrong), "bad"];
  if (what && sync.failure) return [say(durable ? words[sync.failure] ?? words.server : words.memory, what), "warn"];
  if (row?.conflicts?.length) return [say(words.clashes, row.conflicts.length), "warn", row.lead ? "pick" : "conflicts"];
  if (what) return [say(sync.sending ? words.sending : words.waiting, what), ""];
  if (stuck.length) return [stuck.join(words.also), "bad"];
  if (held) return [say(words.held, held), "warn"];
  return [row?.syncedAt ? words.allSent : words.idle, ""];
}
