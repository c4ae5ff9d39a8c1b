// Buttons that open the browser's print dialog; without script the page says where that is.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
