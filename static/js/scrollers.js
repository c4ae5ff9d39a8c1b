// A wide table is a stop of the Tab key, so that the arrows scroll it; one that fits its place is none.

const sizes = new ResizeObserver((entries) => {
  for (const place of new Set(entries.map(({ target }) => target.closest(".scroller")))) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
});

for (const place of document.querySelectorAll(".scroller")) {
  sizes.observe(place);
  sizes.observe(place.firstElementChild);
}
