// Which items are not yet acknowledged by the server, and when to send them. Knows no page and no address.

const LONGEST_WAIT = 60_000;

export class Saving {
  #rows = new Map();
  #timer = 0;
  #busy = false;
  #failures = 0;
  #send;
  #changed;

  // send(code) resolves to {ok, ...} | {refused, ...} | {failed: "offline" | "signedOut" | "closed" | "server"}.
  // changed(code, result) is called after every step; code is null when only the whole changed.
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
    this.savedAt = "";
    this.failure = "";
  }

  // held: what is typed is not complete, so it is counted as unsaved but not sent.
  touch(code, { wait = 0, held = false } = {}) {
    const row = this.#rows.get(code) ?? { edits: 0 };
    row.edits += 1;
    row.held = held;
    row.refused = false;
    this.#rows.set(code, row);
    this.#changed(code, { waiting: true, held });
    if (!held) this.#schedule(wait);
  }

  get counts() {
    const rows = [...this.#rows.values()];
    return {
      unsaved: rows.length,
      held: rows.filter((row) => row.held).length,
      refused: rows.filter((row) => row.refused).length,
      waiting: rows.filter((row) => !row.held && !row.refused).length,
    };
  }

  flush() {
    this.#schedule(0);
  }

  #schedule(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#sendAll();
    } finally {
      this.#busy = false;
    }
    if (this.#waiting.length) this.#schedule(this.#pause());
  }

  // What fails for one item alone must not hold up the others; without network or login all would fail.
  async #sendAll() {
    let failed = "";
    for (const code of this.#waiting) {
      const failure = await this.#sendOne(code);
      failed ||= failure;
      if (failure && failure !== "server") break;
    }
    this.failure = failed;
    this.#failures = failed ? this.#failures + 1 : 0;
  }

  get #waiting() {
    return [...this.#rows].filter(([, row]) => !row.held && !row.refused).map(([code]) => code);
  }

  #pause() {
    return this.#failures ? Math.min(LONGEST_WAIT, 1000 * 2 ** this.#failures) : 0;
  }

  // An edit made while its item was on the way stays unsaved, whatever the answer says.
  async #sendOne(code) {
    const row = this.#rows.get(code);
    const edits = row.edits;
    this.#changed(code, { sending: true });
    const result = await this.#send(code);
    if (result.failed) {
      this.failure = result.failed;
      this.#changed(code, result);
      return result.failed;
    }
    if (result.ok) this.savedAt = result.saved_at;
    if (row.edits === edits) {
      if (result.ok) this.#rows.delete(code);
      else row.refused = true;
    }
    this.#changed(code, { ...result, stale: row.edits !== edits });
    return "";
  }
}
