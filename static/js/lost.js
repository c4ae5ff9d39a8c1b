// Photos on this device that it cannot read, so that they are never sent: each is named, and can be taken off the device.

import { clock } from "./item.js";
import { unsentOf } from "./unsent.js";

let latest = 0;

// `kept`: this person's inspections; `place`: the list; `n`: how many there are.
export async function showLost({ store, sync, kept, words, place, n }) {
  const look = ++latest;
  const lost = n ? await lostOf(store) : [];
  const key = lost.map(({ id }) => id).join(" ");
  if (look !== latest || place.dataset.shown === key) return;
  const rows = (await Promise.all(lost.map((one) => store.photo(one.id).catch(() => one)))).filter(Boolean);
  // Another look began meanwhile, and knows better.
  if (look !== latest) return;
  place.dataset.shown = key;
  const centers = new Map(kept.map(({ id, center }) => [id, center]));
  place.replaceChildren(...rows.map((row) => entry(row, centers.get(row.inspection), { store, sync, words })));
}

// Of all inspections, also of those that are not on the page; of a row that cannot be read only the inspection is known.
function lostOf(store) {
  return store.run(["photos", "meta"], "readonly", async (tx) =>
    (await unsentOf(tx)).flatMap(({ inspection, lost }) => lost.map((id) => ({ id, inspection }))),
  );
}

// Asks before photos go that are in no file and were never sent; true where there are none.
export async function mayLose({ store, inspection, words }) {
  const { lost } = await store.photoIds(inspection);
  return !lost.length || window.confirm(words.sureLost);
}

function entry(row, center, { store, sync, words }) {
  const name = [center ?? words.lostElsewhere, row.title || row.item].filter(Boolean).join(" · ");
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
  const said = row.at ? words.lostOne.replace("{time}", clock(row.at)) : words.lostStray;
  place.append(said.replace("{name}", () => name), button);
  return place;
}
