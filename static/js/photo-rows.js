// The photo rows of one inspection on this device: what each waits for, and those that IndexedDB itself cannot read: each of these
// is left as it lies and listed, and the rest goes on without it.

import { refusedKey, removalsKey, straysKey, unreadableKey, unsentPhotos } from "./store.js";

export const waitingKey = (inspection) => `photo bytes waiting ${inspection}`;
export const isWaiting = (row) => row.waiting === row.inspection;
export const isRefused = (row) => row.waiting === refusedKey(row.inspection);
export const isLost = (row) => row.waiting === unreadableKey(row.inspection);
export const weight = (row) => (row && isWaiting(row) && row.bytes ? row.size : 0);
export const leaves = (row) => Number(Boolean(row?.waiting && row.removed)); // waits for nothing but being taken out

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
export async function list(store, inspection, id, there) {
  await store.run(["meta"], "readwrite", async (tx) => {
    const meta = tx.objectStore("meta");
    const ids = new Set(await meta.get(straysKey(inspection)));
    if (there) ids.add(id);
    else ids.delete(id);
    await meta.put([...ids], straysKey(inspection));
  });
  // Where yet another cannot be read, that one is listed in its turn, and then it is counted.
  await recount(store, inspection).catch(() => {});
}

// Of a row out of reach nobody knows any more how heavy it is, nor whether it waits for nothing but being taken out.
function recount(store, inspection) {
  return store.run(["photos", "meta"], "readwrite", async (tx) => {
    const [photos, meta] = [tx.objectStore("photos"), tx.objectStore("meta")];
    let [bytes, removals] = [0, 0];
    for (const id of (await unsentPhotos(tx, inspection)).waiting) {
      const row = await photos.get(id);
      bytes += weight(row);
      removals += leaves(row);
    }
    await meta.put(bytes, waitingKey(inspection));
    await meta.put(removals, removalsKey(inspection));
  });
}
