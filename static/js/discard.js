// What can no longer be sent, since its inspection was submitted or given to others: a file first, then off this device.

import { putAway } from "./checkout.js";
import { exportDraft } from "./draft.js";

// Resolves to the files' names, or null where it stays here: the person would rather keep it, or a photo is in no file that may
// be in the next one.
export async function discard({ store, inspection, words, tell }) {
  const { names, unready, lost } = await exportDraft(store, inspection);
  if (unready) {
    tell(words.unready);
    return null;
  }
  if (lost && !window.confirm(words.sureLost)) return null;
  // Where only a photo's removal waits there is nothing to hand over.
  if (names.length && !window.confirm(words.sure.replace("{name}", names.join("  ")))) return null;
  await putAway(store, inspection, { unsent: true });
  return names;
}
