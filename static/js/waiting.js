// What has waited on this device for three days is told: an iPhone empties the storage of a site that was not
// opened for seven.

const LONG = 3 * 24 * 3_600_000;

// True where something that is not sent was kept that long ago, by this device's clock.
export async function waitsLong(store) {
  const isOld = ({ at }) => Date.now() - Date.parse(at) > LONG;
  if ((await store.outbox()).some(isOld)) return true;
  for (const { id } of await store.inspections()) {
    for (const photo of (await store.photoIds(id)).waiting) if (isOld((await store.photo(photo).catch(() => null)) ?? {})) return true;
  }
  return false;
}
