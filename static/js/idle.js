// Warns before a log-in ends for want of use. Typing counts as use; other windows' use counts too; nothing leaves the page.

const LEAD = 120_000;
const EVERY = 60_000;
const KEY = "portal-seen-at";

const box = document.getElementById("idle");
const limit = Number(box.dataset.seconds) * 1000;
let told = Date.now();

function keep(when) {
  told = when;
  try {
    localStorage.setItem(KEY, String(when));
  } catch {
    // Without storage each window counts alone.
  }
}

function seen() {
  try {
    return Math.max(told, Number(localStorage.getItem(KEY)) || 0);
  } catch {
    return told;
  }
}

async function ping() {
  // The server counts from when it was asked: an answer that comes late must not bring back a log-in that has ended.
  const asked = Date.now();
  try {
    const response = await fetch(box.dataset.ping, { method: "HEAD", cache: "no-store" });
    if (response.ok) keep(Math.max(asked, seen()));
  } catch {
    // Without a connection the server has not heard of us; the count goes on.
  }
  show();
}

function show() {
  const idle = Date.now() - seen();
  const part = idle >= limit ? "ended" : idle >= limit - Math.min(LEAD, limit / 2) ? "soon" : "";
  box.hidden = !part;
  for (const one of box.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== part;
}

function used() {
  const idle = Date.now() - seen();
  if (idle >= EVERY && idle < limit) ping();
}

keep(told);
box.querySelector("button").addEventListener("click", ping);
for (const kind of ["input", "change"]) document.addEventListener(kind, used);
setInterval(show, 5_000);
