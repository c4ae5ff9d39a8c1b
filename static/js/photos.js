// Photos of an item: made smaller on the device, sent one after another, shown with their progress.

import { post, upload } from "./server.js";

const LONG_EDGE = 1600;

// A picture that this browser cannot read goes as it is: the server judges it.
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

export class Photos {
  #queue = [];
  #busy = false;
  #failures = 0;
  #timer = 0;
  #root;
  #words;
  #changed;

  constructor(root, words, changed) {
    this.#root = root;
    this.#words = words;
    this.#changed = changed;
  }

  get waiting() {
    return this.#queue.length;
  }

  add(item, files) {
    const list = item.querySelector(".thumbs");
    for (const file of files) {
      const row = document.createElement("li");
      row.className = "uploading";
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = this.#words.photo;
      const state = document.createElement("span");
      row.append(picture, state);
      list.append(row);
      this.#queue.push({ item, file, row, picture, state });
    }
    this.#changed();
    this.flush();
  }

  async flush() {
    clearTimeout(this.#timer);
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length && (await this.#sendFirst())) this.#changed();
    this.#busy = false;
    this.#changed();
    if (this.#queue.length) this.#timer = setTimeout(() => this.flush(), Math.min(60_000, 1000 * 2 ** this.#failures));
  }

  async #sendFirst() {
    const photo = this.#queue[0];
    photo.blob ??= await smaller(photo.file);
    const data = new FormData();
    data.append("photo", photo.blob, photo.blob === photo.file ? photo.file.name : "photo.jpg");
    const url = `${this.#root}${encodeURIComponent(photo.item.dataset.item)}/photos/`;
    const result = await upload(url, data, (n) => {
      photo.state.textContent = this.#words.uploading.replace("{n}", n);
    });
    if (result.failed && result.failed !== "closed") {
      this.#failures += 1;
      photo.state.textContent = this.#words.photoWaiting;
      return false;
    }
    this.#failures = 0;
    this.#queue.shift();
    URL.revokeObjectURL(photo.picture.src);
    if (result.ok) this.#show(photo, result);
    else this.#refuse(photo, result);
    return true;
  }

  #refuse({ item, row }, result) {
    row.remove();
    const reasons = result.errors ? Object.values(result.errors).flat() : [];
    item.querySelector(".wrong").textContent = reasons.join(" ") || this.#words.photoRefused;
  }

  #show({ row, picture, state }, result) {
    row.className = "";
    state.remove();
    const link = document.createElement("a");
    link.href = result.url;
    picture.src = result.thumbnail;
    link.append(picture);
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.remove = result.remove_url;
    button.textContent = this.#words.remove;
    row.replaceChildren(link, button);
  }

  async remove(button) {
    const result = await post(button.dataset.remove || button.formAction, new FormData());
    if (result.ok) button.closest("li").remove();
    else button.closest(".item").querySelector(".wrong").textContent = this.#words.notRemoved;
  }
}
