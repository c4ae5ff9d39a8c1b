// A job's page asks every two seconds how far it is; when a document is done its rows are fetched anew, and once
// the job has ended, the page is shown anew.

const PAUSE = 2000;
const place = document.querySelector("#job");
const bar = place.querySelector("[role=progressbar]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { accept: "application/json" } });
    if (answer.redirected || !answer.ok) return location.reload();
    const far = await answer.json();
    if (far.state !== "running") return location.reload();
    if (show(far)) await renew();
    later();
  } catch {
    // No signal: what is shown stays, and is asked for again.
    later();
  }
}

// Says whether anything is further than before.
function show(far) {
  const before = bar.getAttribute("aria-valuetext");
  for (const name of ["count", "left"]) place.querySelector(`[data-job=${name}]`).textContent = far[name];
  bar.setAttribute("aria-valuenow", far.percent);
  bar.setAttribute("aria-valuetext", far.count);
  bar.querySelector("rect").setAttribute("width", `${far.percent}%`);
  return far.count !== before;
}

async function renew() {
  const rows = document.querySelector("#items tbody");
  if (!rows) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#items tbody");
  // Whoever is at one of the rows with the keyboard stays there.
  if (fresh && !rows.contains(document.activeElement)) rows.replaceWith(fresh);
}

function later() {
  setTimeout(ask, PAUSE);
}

later();
