// A form that takes its time says so: its button is marked busy, and a second tap sends nothing.

const PATIENCE = 500;

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.leave) {
    event.preventDefault();
    import("./leaving.js").then(({ leave }) => leave(form), () => form.submit());
    return;
  }
  if (form.dataset.busy) return event.preventDefault();
  // A download leaves the page where it is, so there is nothing that would end the waiting.
  if (form.method !== "post" || "download" in form.dataset) return;
  form.dataset.busy = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(announce, PATIENCE, document.querySelector("#messages"));
});

function announce(place) {
  const words = document.createElement("div");
  words.className = "note note-info";
  words.textContent = place.dataset.busy;
  place.replaceChildren(words);
  words.scrollIntoView({ block: "nearest" });
}

// Coming back by the browser's own button shows the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    delete form.dataset.busy;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});
