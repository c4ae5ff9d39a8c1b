// Shows what is being typed as the server composes it; without script a button does the same.

const PAUSE = 600;

class LivePreview extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.refresh(), PAUSE);
    });
  }

  async refresh() {
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await fetch(this.dataset.url, {
        method: "POST",
        body: new FormData(this.form),
        signal: this.asked.signal,
      });
      if (answer.ok) document.getElementById(this.dataset.target).innerHTML = await answer.text();
    } catch {
      // Offline, or overtaken by the next letter: the preview stays as it was.
    }
  }
}

customElements.define("live-preview", LivePreview);
