// What one person's device has not sent, over all inspections: what goes by itself, and the photos that never will.

import { unsentPhotos } from "./store.js";

// Of each inspection that such a photo is of, also of one without a row: what `unsentPhotos` says of it, and its id.
export async function unsentOf(tx) {
  const found = new Set();
  let cursor = await tx.objectStore("photos").index("waiting").openKeyCursor(null, "nextunique");
  for (; cursor; cursor = await cursor.continue()) found.add(cursor.key.split(" ").at(-1));
  return Promise.all([...found].map(async (inspection) => ({ inspection, ...(await unsentPhotos(tx, inspection)) })));
}

// {answers, photos} wait, `removals` of the photos only for being taken out; `refused` by the server and `unreadable` photos do not.
export function unsent(store) {
  return store.run(["outbox", "photos", "meta"], "readonly", async (tx) => {
    const [answers, photos] = [await tx.objectStore("outbox").count(), await unsentOf(tx)];
    const count = (name) => photos.reduce((sum, one) => sum + one[name].length, 0);
    const removals = photos.reduce((sum, one) => sum + one.removals, 0);
    const inspections = photos.map(({ inspection }) => inspection);
    return { answers, photos: count("waiting"), removals, refused: count("refused"), unreadable: count("lost"), inspections };
  });
}
