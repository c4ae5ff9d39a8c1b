// Compares a chosen file with an issued one by their SHA-256; the file stays on this device.

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class FileCheck extends HTMLElement {
  connectedCallback() {
    // Without a secure context the browser does not compute digests: then the server compares.
    if (!globalThis.crypto?.subtle) return;
    this.querySelector("form").addEventListener("submit", (event) => this.check(event));
    // What was said of one file must not stand beside the name of another.
    this.querySelector("input[type=file]").addEventListener("change", () => {
      this.querySelector(".check-result").replaceChildren();
    });
  }

  async check(event) {
    const file = this.querySelector("input[type=file]").files[0];
    if (!file || this.given) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (file.size > Number(this.dataset.most)) return this.say("error", this.dataset.large);
    try {
      const same = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())) === this.dataset.sha256;
      if (file !== this.querySelector("input[type=file]").files[0]) return;
      this.say(same ? "success" : "error", same ? this.dataset.same : this.dataset.other);
    } catch {
      this.given = true;
      this.say("error", this.dataset.failed);
    }
  }

  say(tone, words) {
    const note = document.createElement("div");
    note.className = `note note-${tone}`;
    note.textContent = words;
    this.querySelector(".check-result").replaceChildren(note);
  }
}

customElements.define("file-check", FileCheck);
