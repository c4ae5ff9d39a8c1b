// A job's page asks every two seconds how far it is; once it has ended, the page is shown anew.

const PAUSE = 2000;
const place = document.querySelector("#job");
const bar = place.querySelector("[role=progressbar]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { accept: "application/json" } });
    if (answer.redirected || !answer.ok) return location.reload();
    show(await answer.json());
  } catch {
    // No signal: what is shown stays, and is asked for again.
    later();
  }
}

function show(far) {
  if (far.state !== "running") return location.reload();
  for (const name of ["count", "left"]) place.querySelector(`[data-job=${name}]`).textContent = far[name];
  bar.setAttribute("aria-valuenow", far.percent);
  bar.setAttribute("aria-valuetext", far.count);
  bar.querySelector("rect").setAttribute("width", `${far.percent}%`);
  later();
}

function later() {
  setTimeout(ask, PAUSE);
}

later();
