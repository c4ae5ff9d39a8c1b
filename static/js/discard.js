// What can no longer be sent, since its inspection was submitted or given to others: a file first, then off this device.

import { putAway } from "./checkout.js";
import { exportDraft } from "./draft.js";
import { mayLose } from "./lost.js";
import { waitingKey } from "./photo-queue.js";
import { removalsKey } from "./store.js";
import { photosOf } from "./strays.js";

// Resolves to the files' names, or null where it stays here: the person would rather keep it, or a photo could not be made ready
// for a file yet.
export async function discard({ store, inspection, words, tell }) {
  const names = await exportDraft(store, inspection);
  if ((await photosOf(store, inspection)).some(({ raw, waiting }) => raw && waiting === inspection)) {
    tell(words.unready);
    return null;
  }
  if (!(await mayLose({ store, inspection, words }))) return null;
  // Where only a photo's removal waits there is nothing to hand over.
  if (names.length && !window.confirm(words.sure.replace("{name}", names.join("  ")))) return null;
  await putAway(store, inspection, { unsent: true });
  for (const key of [waitingKey, removalsKey]) await store.setMeta(key(inspection), 0);
  return names;
}
