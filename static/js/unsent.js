// What one person's device has not sent, over all inspections: what goes by itself, and the photos that never will.

import { refusedKey, straysKey, unreadableKey } from "./store.js";

const all = (key) => IDBKeyRange.bound(key(""), key("~"));

// {answers, photos} wait; `refused` by the server and `unreadable` photos do not.
export function unsent(store) {
  return store.run(["outbox", "photos", "meta"], "readonly", async (tx) => {
    const waiting = tx.objectStore("photos").index("waiting");
    const strays = store.durable ? (await tx.objectStore("meta").getAll(all(straysKey))).flat().length : 0;
    const [answers, photos, refused, lost] = await Promise.all([
      tx.objectStore("outbox").count(),
      waiting.count(),
      waiting.count(all(refusedKey)),
      waiting.count(all(unreadableKey)),
    ]);
    return { answers, photos: photos - refused - lost - strays, refused, unreadable: lost + strays };
  });
}
