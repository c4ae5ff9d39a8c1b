// Photo rows that IndexedDB itself cannot read: each is left as it lies and listed, and the rest goes on without it.

import { straysKey } from "./store.js";

const own = (tx) => tx.objectStore("photos").index("inspection");

export const strays = async (store, inspection) => (await store.meta(straysKey(inspection))) ?? [];

// The rows of an inspection, without those that cannot be read.
export async function photosOf(store, inspection) {
  const known = await strays(store, inspection);
  try {
    if (!known.length) return await store.run(["photos"], "readonly", (tx) => own(tx).getAll(inspection));
  } catch {
    // One by one.
  }
  const ids = await store.run(["photos"], "readonly", (tx) => own(tx).getAllKeys(inspection));
  const rows = ids.filter((id) => !known.includes(id)).map((id) => store.photo(id).catch(() => null));
  return (await Promise.all(rows)).filter(Boolean);
}

// Lists one (`there`), or takes it off the list.
export function list(store, inspection, id, there) {
  return store.run(["meta"], "readwrite", async (tx) => {
    const meta = tx.objectStore("meta");
    const ids = new Set(await meta.get(straysKey(inspection)));
    if (there) ids.add(id);
    else ids.delete(id);
    await meta.put([...ids], straysKey(inspection));
  });
}
