// A step that is asked twice: its box takes the focus when it opens, and gives it back when it closes.

// Its first button is hidden while the box is open, so that the focus would be nowhere.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches("details.confirm[open]")) return;
    // Whoever is elsewhere stays there: in the summary of its faults, or by a quick Tab in its first field.
    const now = document.activeElement;
    if (now && now !== document.body && !now.matches("details.confirm > summary")) return;
    const box = target.querySelector(".confirm-box");
    // The box and not its button: an Enter that is held down would press that too.
    box.tabIndex = -1;
    box.focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const place = event.target.closest("details.confirm[open]");
  if (event.key !== "Escape" || event.isComposing || !place) return;
  event.preventDefault();
  close(place);
});

document.addEventListener("click", (event) => {
  const place = event.target.closest(".confirm-box a[href='']")?.closest("details.confirm");
  if (!place) return;
  event.preventDefault();
  close(place);
});

function close(place) {
  place.open = false;
  place.querySelector("summary").focus();
}
