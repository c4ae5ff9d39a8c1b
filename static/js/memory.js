// Stands in for IndexedDB where a browser has none or blocks it: the same few calls over maps, gone with the page.

const KEYS = {
  inspections: (row) => row.id,
  answers: (row) => [row.inspection, row.item],
  outbox: (row) => row.n,
  photos: (row) => row.id,
  previous: (row) => [row.inspection, row.item],
};
const INDEXES = { item: (row) => [row.inspection, row.item] };
const text = (key) => JSON.stringify(key);

class Rows {
  #rows = new Map();
  #last = 0;

  constructor(name) {
    this.keyOf = KEYS[name];
    this.counts = name === "outbox";
  }

  async get(key) {
    return structuredClone(this.#rows.get(text(key)));
  }

  async getAll() {
    return structuredClone([...this.#rows.values()]);
  }

  async count() {
    return this.#rows.size;
  }

  async put(value, key) {
    if (this.counts) value.n ??= ++this.#last;
    this.#rows.set(text(key ?? this.keyOf(value)), structuredClone(value));
  }

  async delete(key) {
    this.#rows.delete(text(key));
  }

  index(name) {
    const keyOf = INDEXES[name] ?? ((row) => row[name]);
    const all = (key) => [...this.#rows.values()].filter((row) => text(keyOf(row)) === text(key));
    // As "nextunique": the keys that there are, each once.
    const step = ([key, ...rest]) => (key === undefined ? null : { key, continue: async () => step(rest) });
    return {
      get: async (key) => structuredClone(all(key)[0]),
      getAll: async (key) => structuredClone(all(key)),
      getAllKeys: async (key) => all(key).map(this.keyOf),
      count: async (key) => all(key).length,
      openKeyCursor: async () => step([...new Set([...this.#rows.values()].map(keyOf))].filter((key) => key !== undefined).sort()),
    };
  }
}

// One writer after another is not needed: a page's own calls never wait for anything but these maps.
export function memory() {
  const stores = Object.fromEntries([...Object.keys(KEYS), "meta"].map((name) => [name, new Rows(name)]));
  return { transaction: () => ({ objectStore: (name) => stores[name], done: Promise.resolve(), error: null, abort() {} }), close() {} };
}
