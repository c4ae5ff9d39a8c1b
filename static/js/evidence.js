// Photos chosen as evidence: shown before they are sent, so that faces and numbers can be covered on this device first.

import { annotate } from "./annotate.js";
import { encode } from "./picture.js";

const QUALITY = 0.85; // the portal makes each photo anew, which costs a little as well
const dialog = document.querySelector("#annotate");
const entry = document.querySelector("#evidence-entry");

class Chosen {
  #input;
  #list = document.createElement("ul");
  #said = document.createElement("p");
  #seen = [];

  constructor(input) {
    this.#input = input;
    this.#list.className = "thumbs";
    this.#said.className = "photo-said";
    this.#said.setAttribute("role", "status");
    input.after(this.#list, this.#said);
    input.addEventListener("change", () => this.#show());
    // A browser that goes back keeps what was chosen.
    this.#show();
  }

  #show() {
    for (const address of this.#seen.splice(0)) URL.revokeObjectURL(address);
    this.#list.replaceChildren(...[...this.#input.files].map((file, place) => this.#draw(file, place)));
    this.#said.textContent = "";
  }

  #draw(file, place) {
    const row = entry.content.firstElementChild.cloneNode(true);
    const [picture, button] = [row.querySelector("img"), row.querySelector("button")];
    row.querySelector("[data-name]").textContent = file.name;
    if (!file.type.startsWith("image/")) {
      picture.remove();
      button.remove();
      return row;
    }
    const address = URL.createObjectURL(file);
    this.#seen.push(address);
    [picture.src, picture.alt] = [address, file.name];
    button.setAttribute("aria-label", `${button.textContent} ${file.name}`);
    button.addEventListener("click", () => this.#cover(place));
    return row;
  }

  async #cover(place) {
    const file = this.#input.files[place];
    let canvas;
    try {
      canvas = await annotate(file, dialog);
    } catch {
      this.#said.textContent = entry.dataset.unreadable;
      return;
    }
    if (canvas) {
      const name = `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
      this.#put(place, new File([await encode(canvas, QUALITY)], name, { type: "image/jpeg" }));
      this.#said.textContent = entry.dataset.covered;
    }
    this.#list.children[place].querySelector("button").focus();
  }

  // The original stays on the device: what is sent is the drawing.
  #put(place, drawn) {
    const files = new DataTransfer();
    for (const [at, file] of [...this.#input.files].entries()) files.items.add(at === place ? drawn : file);
    this.#input.files = files.files;
    this.#show();
  }
}

for (const input of document.querySelectorAll("input[type=file][data-cover]")) new Chosen(input);
