// What this device could not send, as a file for another device (docs/field-protocol.md, "The draft file").

import { PhotoQueue } from "./photo-queue.js";
import { photosOf } from "./photo-rows.js";
import { base64, digest } from "./picture.js";

const FORMAT = "portal-field-draft";
const VERSION = 1;
const MOST = 24 * 1024 * 1024; // bytes of originals in one file

// JSON of which there is one spelling: sorted keys, no spaces.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

async function signed(head) {
  const photos = head.photos.map(({ original, thumbnail, ...rest }) => rest);
  const bytes = new TextEncoder().encode(canonical({ ...head, photos }));
  return { ...head, sha256: await digest(bytes.buffer) };
}

const mutationOf = ({ id, item, base, after, content, at }) => ({ id, item, base, after, ...content, at });

function photoOf({ id, item, of, sha256, size, at, bytes, thumbnail }) {
  return { id, item, of, sha256, size, at, thumbnail: base64(thumbnail), original: base64(bytes) };
}

// Photos that still have their bytes here, in groups that fit one file; at least one group, for the answers.
function grouped(photos) {
  const groups = [[]];
  let size = 0;
  for (const photo of photos) {
    if (size + photo.size > MOST && groups.at(-1).length) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1).push(photo);
    size += photo.size;
  }
  return groups;
}

// A file in somebody's hands may be delivered: what is changed here afterwards is a mutation of its own, upon the one
// in the file, and a photo that is taken out here is taken out on the portal. A full disk must not stop the file itself.
async function depart(store, inspection) {
  const rows = await store
    .run(["outbox"], "readwrite", async (tx) => {
      const outbox = tx.objectStore("outbox");
      const waiting = await outbox.index("inspection").getAll(inspection);
      // One that is not complete waits for the rest of it under its own id.
      await Promise.all(waiting.filter((row) => !row.held).map((row) => outbox.put({ ...row, sent: row.sent + 1 })));
      return waiting;
    })
    .catch(() => store.outbox(inspection));
  const kept = await photosOf(store, inspection);
  const photos = kept.filter((row) => row.bytes && !row.removed);
  for (const { id } of photos.filter(({ tried }) => !tried)) {
    await store
      .run(["photos"], "readwrite", async (tx) => {
        const row = await tx.objectStore("photos").get(id);
        if (row) await tx.objectStore("photos").put({ ...row, tried: true });
      })
      .catch(() => {});
  }
  return { mutations: rows.map(mutationOf), photos, ...(await leftOut(store, inspection, kept)) };
}

// How many photos are in no file: `lost` cannot be read any more, `unready` may be in a later one.
async function leftOut(store, inspection, rows) {
  const isThere = (id) => rows.some((row) => row.id === id && (row.bytes || row.removed));
  const { waiting, refused, lost } = await store.photoIds(inspection);
  const [unready, gone] = [[...waiting, ...refused], lost].map((ids) => ids.filter((id) => !isThere(id)).length);
  return { unready, lost: gone };
}

// Plain objects, one for each file, none where nothing waits on this device; and how many photos are in none.
async function draftsOf(store, inspection) {
  const known = (await store.inspection(inspection)) ?? {};
  await new PhotoQueue({ store, inspection }).ripen();
  const { mutations, photos, ...left } = await depart(store, inspection);
  // A drawing stands behind the photo that it is on.
  photos.sort((one, other) => Boolean(one.of) - Boolean(other.of) || (one.at < other.at ? -1 : 1));
  if (!mutations.length && !photos.length) return { drafts: [], ...left };
  const groups = grouped(photos);
  const head = {
    format: FORMAT, version: VERSION, inspection, center: known.center ?? "", round: known.round ?? "",
    person: store.person, device: await store.device(), release: known.release ?? "", at: new Date().toISOString(), parts: groups.length,
  };
  const drafts = await Promise.all(
    groups.map((group, index) => signed({ ...head, part: index + 1, mutations: index ? [] : mutations, photos: group.map(photoOf) })),
  );
  return { drafts, ...left };
}

function nameOf({ center, at, part, parts, inspection }) {
  const here = new Date(Date.parse(at) - new Date(at).getTimezoneOffset() * 60_000).toISOString();
  const words = [center || inspection, here.slice(0, 16).replace(/[-:]/g, "").replace("T", "-")];
  if (parts > 1) words.push(`${part}-${parts}`);
  return `${words.join("-").replace(/[\\/:*?"<>|\s]+/g, "-")}.json`;
}

// Hands the files to the browser as downloads; resolves to their `names`, and to how many photos are in none (`unready`, `lost`).
export async function exportDraft(store, inspection) {
  const { drafts, ...left } = await draftsOf(store, inspection);
  for (const draft of drafts) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(draft)], { type: "application/json" }));
    link.download = nameOf(draft);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
  return { names: drafts.map(nameOf), ...left };
}

// A button of a page with its place for words (data-made, data-empty, data-left, data-failed).
export async function offer({ store, inspection, said }) {
  try {
    const { names, unready, lost } = await exportDraft(store, inspection);
    const { made, empty, left } = said.dataset;
    const n = unready + lost;
    const parts = [names.length && made.replace("{name}", names.join("  ")), n && left.replace("{n}", n)].filter(Boolean);
    said.textContent = parts.join(" ") || empty;
  } catch {
    said.textContent = said.dataset.failed;
  }
}
