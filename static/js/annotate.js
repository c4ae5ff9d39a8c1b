// Drawing on a photo: arrow, circle, text, and a veil for faces; by finger, mouse or keys. The photo itself stays.

import { canvasOf } from "./picture.js";

const RED = "#c4281c";
const STEP = 0.04;
const LEAST = 0.012; // of the long edge: a shorter stroke is a slip of the finger

const far = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

// White below red stands out from every ground.
function stroke(pen, width, path) {
  pen.lineCap = pen.lineJoin = "round";
  for (const [color, thick] of [["#fff", width * 1.9], [RED, width]]) {
    pen.strokeStyle = color;
    pen.lineWidth = thick;
    pen.beginPath();
    path();
    pen.stroke();
  }
}

const DRAW = {
  arrow(pen, { from, to }, width) {
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    const head = Math.min(far(from, to) * 0.4, width * 6);
    stroke(pen, width, () => {
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x, to.y);
      for (const turn of [-0.5, 0.5]) {
        pen.moveTo(to.x, to.y);
        pen.lineTo(to.x - head * Math.cos(angle + turn), to.y - head * Math.sin(angle + turn));
      }
    });
  },
  circle(pen, { from, to }, width) {
    const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
    stroke(pen, width, () => pen.ellipse(x, y, Math.abs(to.x - from.x) / 2, Math.abs(to.y - from.y) / 2, 0, 0, 2 * Math.PI));
  },
  text(pen, { from, text }, width) {
    pen.font = `600 ${width * 8}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const x = Math.max(0, Math.min(from.x, pen.canvas.width - pen.measureText(text).width - width));
    pen.strokeStyle = "#fff";
    pen.lineWidth = width * 1.6;
    pen.strokeText(text, x, from.y);
    pen.fillStyle = RED;
    pen.fillText(text, x, from.y);
  },
  // So coarse that no face and no number can be told.
  blur(pen, { from, to }) {
    const [x, y] = [Math.floor(Math.min(from.x, to.x)), Math.floor(Math.min(from.y, to.y))];
    const [width, height] = [Math.ceil(Math.abs(to.x - from.x)), Math.ceil(Math.abs(to.y - from.y))];
    if (!width || !height) return;
    const coarse = document.createElement("canvas");
    const cell = Math.max(12, Math.max(width, height) / 8);
    coarse.width = Math.max(1, Math.round(width / cell));
    coarse.height = Math.max(1, Math.round(height / cell));
    coarse.getContext("2d").drawImage(pen.canvas, x, y, width, height, 0, 0, coarse.width, coarse.height);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(coarse, x, y, width, height);
    pen.imageSmoothingEnabled = true;
  },
};

class Drawing {
  marks = [];
  pending = null;
  cross = { x: 0.5, y: 0.5 };
  #base;
  #canvas;

  constructor(base, canvas) {
    this.#base = base;
    this.#canvas = canvas;
    canvas.width = base.width;
    canvas.height = base.height;
    this.show();
  }

  get width() {
    return Math.max(3, Math.max(this.#base.width, this.#base.height) / 200);
  }

  // A place on the photo, from shares of its width and height.
  at({ x, y }) {
    return { x: x * this.#base.width, y: y * this.#base.height };
  }

  #paint(marks) {
    const pen = this.#canvas.getContext("2d");
    pen.drawImage(this.#base, 0, 0);
    for (const mark of marks) DRAW[mark.tool](pen, mark, this.width);
    return pen;
  }

  show({ cross = false } = {}) {
    const pen = this.#paint(this.pending ? [...this.marks, this.pending] : this.marks);
    if (!cross) return;
    const { x, y } = this.at(this.cross);
    const arm = this.width * 5;
    stroke(pen, this.width / 2, () => {
      pen.moveTo(x - arm, y);
      pen.lineTo(x + arm, y);
      pen.moveTo(x, y - arm);
      pen.lineTo(x, y + arm);
    });
  }

  // Whether the pending mark was large enough to be kept.
  put() {
    const mark = this.pending;
    this.pending = null;
    const isOne = mark && (mark.tool === "text" || far(mark.from, mark.to) >= LEAST * Math.max(this.#base.width, this.#base.height));
    if (isOne) this.marks.push(mark);
    return Boolean(isOne);
  }

  finished() {
    this.pending = null;
    this.#paint(this.marks);
    return canvasOf(this.#canvas);
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Desk {
  #dialog;
  #drawing;
  #canvas;
  #said;
  #isWarned = false;
  #listening = new AbortController();

  constructor(dialog, base, done) {
    this.#dialog = dialog;
    this.#canvas = dialog.querySelector("canvas");
    this.#said = dialog.querySelector(".photo-said");
    this.#drawing = new Drawing(base, this.#canvas);
    this.done = done;
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.#listening.signal });
    on(this.#canvas, "pointerdown", (event) => this.#begin(event));
    on(this.#canvas, "pointermove", (event) => this.#move(event));
    on(this.#canvas, "pointerup", () => this.#put());
    on(this.#canvas, "pointercancel", () => this.#drop());
    on(this.#canvas, "keydown", (event) => this.#key(event));
    on(this.#canvas, "focus", () => this.#drawing.show({ cross: this.#canvas.matches(":focus-visible") }));
    on(this.#canvas, "blur", () => this.#drawing.show());
    on(dialog.querySelector(".photo-kit"), "change", () => this.#choose());
    on(dialog.querySelector("[data-undo]"), "click", () => this.#undo());
    on(dialog.querySelector("[data-save]"), "click", () => this.#end(this.#drawing.finished()));
    on(dialog.querySelector("[data-close]"), "click", () => this.#end(null));
    on(dialog, "cancel", (event) => this.#leave(event));
    on(dialog, "close", () => this.#end(null));
    this.#choose();
    this.#count("");
  }

  get #tool() {
    return this.#dialog.querySelector("[name=tool]:checked").value;
  }

  get #text() {
    return this.#dialog.querySelector(".photo-text input");
  }

  #choose() {
    this.#drop();
    this.#dialog.querySelector(".photo-text").hidden = this.#tool !== "text";
  }

  // ---- by finger or mouse

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    const share = (from, length) => Math.max(0, Math.min(1, from / length));
    return this.#drawing.at({ x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) });
  }

  #begin(event) {
    if (!event.isPrimary || event.button) return;
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#start(this.#place(event));
  }

  #move(event) {
    if (!this.#drawing.pending || !this.#canvas.hasPointerCapture(event.pointerId)) return;
    this.#aim(this.#place(event));
  }

  // ---- by keys

  #key(event) {
    const way = ARROWS[event.key];
    if (way) this.#step(way, event.shiftKey ? STEP / 4 : STEP);
    else if (event.key === "Enter" || event.key === " ") this.#press();
    else if (event.key === "Escape" && this.#drawing.pending) this.#drop();
    else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) this.#undo();
    else return;
    event.preventDefault();
    this.#drawing.show({ cross: true });
  }

  #step([x, y], by) {
    const { cross } = this.#drawing;
    cross.x = Math.max(0, Math.min(1, cross.x + x * by));
    cross.y = Math.max(0, Math.min(1, cross.y + y * by));
    this.#say("at", { x: Math.round(cross.x * 100), y: Math.round(cross.y * 100) });
    if (this.#drawing.pending) this.#aim(this.#drawing.at(cross));
  }

  #press() {
    const isNew = !this.#drawing.pending;
    if (isNew && !this.#start(this.#drawing.at(this.#drawing.cross))) return;
    if (isNew && this.#tool !== "text") this.#say("from");
    else this.#put();
  }

  // ---- one mark

  #start(place) {
    const text = this.#text.value.trim();
    if (this.#tool === "text" && !text) {
      this.#say("type");
      this.#text.focus();
      return false;
    }
    this.#drawing.pending = { tool: this.#tool, from: place, to: place, text };
    this.#drawing.show();
    return true;
  }

  #aim(place) {
    Object.assign(this.#drawing.pending, this.#tool === "text" ? { from: place } : { to: place });
    this.#drawing.show();
  }

  #put() {
    if (!this.#drawing.pending) return;
    this.#drawing.put();
    this.#drawing.show();
    this.#count("put");
  }

  #drop() {
    this.#drawing.pending = null;
    this.#drawing.show();
  }

  #undo() {
    this.#drawing.marks.pop();
    this.#drop();
    this.#count("put");
  }

  #count(words) {
    const n = this.#drawing.marks.length;
    const undo = this.#dialog.querySelector("[data-undo]");
    // A button that is switched off under the focus would lose it.
    if (!n && document.activeElement === undo) this.#canvas.focus();
    undo.disabled = this.#dialog.querySelector("[data-save]").disabled = !n;
    this.#isWarned = false;
    this.#say(words, { n });
  }

  #say(words, facts = {}) {
    const text = words ? this.#said.dataset[words] : "";
    this.#said.textContent = Object.entries(facts).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
  }

  // ---- the end

  #leave(event) {
    if (!this.#drawing.marks.length || this.#isWarned) return;
    event.preventDefault();
    this.#isWarned = true;
    this.#say("lose");
  }

  #end(canvas) {
    this.#listening.abort();
    if (this.#dialog.open) this.#dialog.close();
    this.done(canvas);
  }
}

// Resolves to a canvas with the drawing, or null if there is none to keep.
export async function annotate(blob, dialog) {
  const picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const base = canvasOf(picture);
  picture.close();
  return new Promise((done) => {
    new Desk(dialog, base, done);
    dialog.showModal();
  });
}
