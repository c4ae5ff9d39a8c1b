// Can this device work without signal, and if not, why: one row a question, as soon as it is answered.

import { canOpenOffline, register } from "./checkout.js";

const LEAST_ROOM = 50_000_000; // bytes; a day's photos
const MOST_SKEW = 2; // minutes
const APPS = [
  [/MicroMessenger/i, "wechat"],
  [/DingTalk/i, "dingtalk"],
  // A page inside another app on iOS has no "Safari" in its name.
  [/\((?:iPhone|iPad)[^)]*\)(?!.*Safari)/i, "otherapp"],
];

const good = (name, values = {}) => row(name, "good", `${name}Good`, values);
const row = (name, tone, text, values = {}) => ({
  name,
  tone,
  said: (words) => Object.entries(values).reduce((said, [key, value]) => said.replace(`{${key}}`, words[value] ?? value), words[text]),
});

export async function* checks({ store, sync }) {
  const app = APPS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1];
  if (app) yield row("app", "bad", "appBad", { app });
  yield window.isSecureContext ? good("secure") : row("secure", "bad", "secureBad");
  yield await worker();
  if (store) yield store.durable ? good("database") : row("database", "bad", "databaseBad");
  yield* room();
  if (sync) yield await clocks(sync);
}

// A browser that has workers and still refuses one does not trust the certificate.
async function worker() {
  if (!canOpenOffline()) return row("worker", "bad", "workerBad");
  try {
    await register();
    return good("worker");
  } catch (error) {
    if (await navigator.serviceWorker.getRegistration()) return good("worker");
    return row("worker", "bad", error.name === "SecurityError" ? "certificateBad" : "workerBad");
  }
}

async function* room() {
  if (!navigator.storage) return;
  const isKept = await navigator.storage.persisted();
  yield isKept ? good("persisted") : row("persisted", "warn", "persistedBad");
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  const left = quota - usage;
  const size = left > 1e9 ? `${(left / 1e9).toFixed(1)} GB` : `${Math.floor(left / 1e6)} MB`;
  yield left < LEAST_ROOM ? row("quota", "warn", "quotaBad", { size }) : good("quota");
}

async function clocks(sync) {
  const reply = await sync.session();
  if (!reply.body?.now) return row("clock", "warn", reply.failed === "login" ? "clockLater" : "clockUnknown");
  const n = Math.round(Math.abs(sync.skew) / 60_000);
  return n > MOST_SKEW ? row("clock", "warn", "clockBad", { n }) : good("clock");
}
