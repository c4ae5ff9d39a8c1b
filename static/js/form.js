// The inspection form: every change is sent by itself, and only the server's answer is called saved.

import { checkAll, fields, isHalf, isTyped, say, settleChips, setVersion, showErrors, showStatus, step } from "./item.js";
import { Photos } from "./photos.js";
import { Saving } from "./saving.js";
import { post } from "./server.js";

const PAUSE_IN_TYPING = 900;

const page = document.querySelector("[data-save-url]");
const words = document.querySelector("#form-words").dataset;
const root = `${page.dataset.saveUrl.replace(/\/$/, "")}/answers/`;
const state = document.querySelector(".bar-state");
const [answeredAtFirst, totalItems] = document.querySelector(".bar-count").textContent.split("/").map(Number);
let left = totalItems - answeredAtFirst;
const itemOf = (code) => page.querySelector(`[data-item="${CSS.escape(code)}"]`);
const fill = (text, n) => text.replace("{n}", n);

const saving = new Saving((code) => post(`${root}${encodeURIComponent(code)}/`, fields(itemOf(code))), changed);
const photos = new Photos(root, words, tell);

function changed(code, result) {
  const item = itemOf(code);
  if (result.held) say(item, words.heldItem, "warn");
  else if (result.sending) say(item, words.saving);
  else if (result.failed) say(item, words.unsaved, "bad");
  else if (result.waiting) say(item, "");
  else if (!result.stale) settle(item, result);
  if (result.version !== undefined) setVersion(item, result.version);
  item.toggleAttribute("data-stuck", Boolean(result.held || result.refused));
  tell();
  dock();
}

function settle(item, result) {
  showErrors(item, result.errors ?? {});
  if (result.refused) return say(item, words.wrongItem, "bad");
  say(item, words.saved.replace("{time}", result.saved_at));
  showStatus(item, result.status, words);
  count(result);
}

function count({ answered, total, section }) {
  left = total - answered;
  document.querySelector(".bar .answered").textContent = answered;
  document.querySelector(".bar .meter rect").setAttribute("width", `${(100 * answered) / total}%`);
  const head = section && page.querySelector(`[data-section="${CSS.escape(section.code)}"] .sect-count .tag`);
  if (!head) return;
  head.querySelector(".answered").textContent = section.answered;
  head.className = `tag tag-${section.answered === section.total ? "good" : "info"}`;
}

// What is left to do; an entry that is not complete, or was refused, is not done whatever was saved before it.
function dock() {
  const stuck = saving.counts.held + saving.counts.refused;
  const area = document.querySelector(".dock-form");
  const check = area.querySelector(".check");
  const open = left + stuck;
  area.querySelector(".left").textContent = left ? fill(words.left, left) : stuck ? fill(words.held, stuck) : words.done;
  area.querySelector(".next").hidden = !open;
  check.classList.toggle("btn-primary", !open);
  check.textContent = open ? words.checkEarly : words.check;
}

// One sentence for the whole form; the worst news first. A role=status element speaks each change once.
function tell() {
  const { unsaved, held, refused, waiting } = saving.counts;
  const pending = waiting + photos.waiting;
  let text = saving.savedAt ? words.saved.replace("{time}", saving.savedAt) : state.textContent;
  let tone = "";
  if (waiting && saving.failure) [text, tone] = [fill(words[saving.failure] ?? words.unsaved, unsaved), "bad"];
  else if (refused) [text, tone] = [fill(words.wrong, refused), "bad"];
  else if (pending) text = words.saving;
  else if (held) [text, tone] = [fill(words.held, held), "warn"];
  if (state.textContent === text && state.dataset.tone === tone) return;
  state.textContent = text;
  state.dataset.tone = tone;
  if (tone && saving.failure === "signedOut") state.append(signIn());
}

function signIn() {
  const link = document.createElement("a");
  link.href = page.dataset.loginUrl;
  link.target = "_blank";
  link.textContent = words.signIn;
  return link;
}

function edited(event, wait) {
  const item = event.target.closest(".item");
  if (!item || !event.target.name) return;
  saving.touch(item.dataset.item, { wait, held: isHalf(item) });
}

page.addEventListener("input", (event) => {
  if (isTyped(event.target)) edited(event, PAUSE_IN_TYPING);
});

page.addEventListener("change", (event) => {
  const item = event.target.closest(".item");
  if (item && event.target.type === "file") {
    photos.add(item, event.target.files);
    event.target.value = "";
  } else if (item && isTyped(event.target)) saving.flush();
  else if (item) {
    settleChips(item, event.target);
    edited(event, event.target.closest(".chip") ? 400 : 0);
  }
});

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const item = button.closest(".item");
  if (button.dataset.step) {
    step(button);
    saving.touch(item.dataset.item, { wait: 600, held: isHalf(item) });
  } else if ("all" in button.dataset) {
    checkAll(item);
    saving.touch(item.dataset.item, {});
  } else if ("remove" in button.dataset) {
    event.preventDefault();
    photos.remove(button);
  }
});

page.addEventListener("submit", (event) => {
  event.preventDefault();
  saving.flush();
});

// The dock's link takes the focus itself, so the item last worked on is remembered.
let here = null;
page.addEventListener("focusin", (event) => {
  here = event.target.closest(".item") ?? here;
});

document.querySelector(".dock-form .next").addEventListener("click", (event) => {
  event.preventDefault();
  const open = [...page.querySelectorAll(".item[data-status='unanswered'], .item[data-stuck]")];
  const next = open.find((item) => here && here.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) ?? open[0];
  if (!next) return;
  next.closest("details").open = true;
  next.scrollIntoView({ block: "start" });
  next.querySelector("input").focus({ preventScroll: true });
});

function wake() {
  if (saving.counts.waiting) saving.flush();
  if (photos.waiting) photos.flush();
}
window.addEventListener("online", wake);
window.addEventListener("pageshow", wake);
document.addEventListener("visibilitychange", wake);
window.addEventListener("beforeunload", (event) => {
  if (saving.counts.unsaved || photos.waiting) event.preventDefault();
});
document.documentElement.classList.add("js");
state.textContent ||= words.idle;
