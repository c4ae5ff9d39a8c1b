// Photos on this device that it cannot read, so that they are never sent: each is named, and can be taken off the device.

import { clock } from "./item.js";
import { unreadableKey } from "./store.js";

// `kept`: this person's inspections; `place`: the list; `n`: how many there are.
export async function showLost({ store, sync, kept, words, place, n }) {
  const ids = n ? (await Promise.all(kept.map(({ id }) => store.waitingPhotos(unreadableKey(id))))).flat() : [];
  const key = ids.join(" ");
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  const rows = (await Promise.all(ids.map((id) => store.photo(id)))).filter(Boolean);
  const centers = new Map(kept.map(({ id, center }) => [id, center]));
  place.replaceChildren(...rows.map((row) => entry(row, centers.get(row.inspection), { store, sync, words })));
}

// Asks before photos go that are in no file and were never sent; true where there are none.
export async function mayLose({ store, inspection, words }) {
  const ids = await store.waitingPhotos(unreadableKey(inspection));
  return !ids.length || window.confirm(words.sureLost);
}

function entry(row, center, { store, sync, words }) {
  const name = [center, row.title || row.item].filter(Boolean).join(" · ");
  const [place, button] = [document.createElement("li"), document.createElement("button")];
  Object.assign(button, { type: "button", className: "btn btn-link ms-2", textContent: words.removeLost });
  button.setAttribute("aria-label", `${words.removeLost} ${name}`);
  button.addEventListener("click", async () => {
    if (!window.confirm(words.sureLost)) return;
    const { PhotoQueue } = await import("./photo-queue.js");
    await new PhotoQueue({ store, sync, inspection: row.inspection }).remove(row.id, row.item);
    // The portal may have its small picture.
    sync.wake();
  });
  place.append(words.lostOne.replace("{name}", () => name).replace("{time}", clock(row.at)), button);
  return place;
}
