// Logging out on a device that others use too: what is not sent is told and stays, what is sent is wiped.

import { people } from "./people.js";
import { openStore } from "./store.js";
import { unsent } from "./unsent.js";

const SHELLS = "portal-shells";

// `form` posts the log-out; data-leave is the person's key, data-warning the question with its {n}, and for photos
// that are not to be sent data-stuck with theirs, and data-sure.
export async function leave(form) {
  try {
    if (!(await mayGo(form))) return;
  } catch {
    // A store that cannot be opened holds nobody back.
  }
  form.submit();
}

async function mayGo(form) {
  const person = Number(form.dataset.leave);
  if (!(await people()).includes(person)) return true;
  const store = await openStore(person);
  const { answers, photos, refused, unreadable } = await unsent(store);
  const [n, stuck] = [answers + photos, refused + unreadable];
  const { warning, stuck: never, sure } = form.dataset;
  const said = [stuck && never.replace("{n}", stuck), n ? warning.replace("{n}", n) : sure].filter(Boolean).join("");
  if ((n || stuck) && !window.confirm(said)) return false;
  if (!n && !stuck) await wipe(store);
  localStorage.removeItem("portal-person");
  return true;
}

// Kept pages go with their last owner: they hold no answers, but they tell who was to be inspected.
async function wipe(store) {
  const own = (await store.inspections()).map(({ id }) => id);
  await store.wipe();
  if (!("caches" in window)) return;
  const others = (await people()).filter((person) => person !== store.person);
  const needed = new Set();
  for (const person of others) {
    for (const { id } of await (await openStore(person)).inspections()) needed.add(id);
  }
  const shells = await caches.open(SHELLS);
  for (const id of own.filter((one) => !needed.has(one))) await shells.delete(`/inspections/${id}/`, { ignoreVary: true });
}
