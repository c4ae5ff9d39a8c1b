// The items of the form as the page shows them: what the fields of one say, what is said of it, and how far all of them are.

const typed = "input:not([type]), textarea";
const VERDICTS = { met: true, not_met: false };

export const titleOf = (item) => item.querySelector("legend").textContent.trim();
export const isTyped = (field) => field.matches(typed);
const one = (item, name) => item.querySelector(`[name="${item.id}-${name}"]`);
const text = (item, name) => one(item, name)?.value.trim().replaceAll("\t", " ") ?? "";
const isTrue = (field) => Boolean(field?.checked);

function kindOf(item) {
  if (item.querySelector(".segs")) return one(item, "value").form && item.querySelector("[value=partly]") ? "choice" : "yes_no";
  if (item.querySelector(".chips")) return "elements";
  return one(item, "value_0") ? "per_unit" : "text";
}

// Two figures: the names that the protocol gives them.
const keysOf = (item) => (item.querySelector(".pair").dataset.keys ?? "total compliant").split(" ");

// What the fields say, as the protocol's content.
export function readContent(item) {
  const na = isTrue(item.querySelector("[value='na']")) || isTrue(one(item, "na"));
  return { value: na ? null : valueOf(item), na, reason: na ? text(item, "reason") : "", note: text(item, "note") };
}

// The same as the server rendered it.
export function answerOf(item) {
  return { ...readContent(item), item: item.dataset.item, version: versionOf(item), status: item.dataset.status, mine: true };
}

function valueOf(item) {
  const kind = kindOf(item);
  if (kind === "elements") {
    const chosen = [...present(item)].map((field) => field.value);
    return chosen.length || isTrue(one(item, "none")) ? chosen : null;
  }
  if (kind === "per_unit") {
    const figures = keysOf(item).map((key, n) => [key, text(item, `value_${n}`)]);
    return figures.some(([, said]) => said) ? Object.fromEntries(figures) : null;
  }
  if (kind === "text") return text(item, "value") || null;
  const chosen = item.querySelector(".seg :checked")?.value ?? null;
  return kind === "choice" ? chosen : (VERDICTS[chosen] ?? null);
}

export function fillItem(item, { value, na, reason, note }) {
  const kind = kindOf(item);
  if (kind === "choice" || kind === "yes_no") {
    const chosen = na ? "na" : { true: "met", false: "not_met" }[value] ?? value;
    for (const field of item.querySelectorAll(".seg input")) field.checked = field.value === chosen;
  } else if (kind === "elements") {
    for (const field of item.querySelectorAll(".chip:not(.chip-none) input")) field.checked = !na && Boolean(value?.includes(field.value));
    one(item, "none").checked = !na && Array.isArray(value) && !value.length;
    tally(item);
  } else if (kind === "per_unit") {
    keysOf(item).forEach((key, n) => { one(item, `value_${n}`).value = value?.[key] ?? ""; });
  } else one(item, "value").value = value ?? "";
  if (one(item, "na")) one(item, "na").checked = na;
  if (one(item, "reason")) one(item, "reason").value = reason;
  one(item, "note").value = note;
  if (note) item.querySelector(".more input").checked = true;
}

// An answer in few words, from the item's own labels: "合格", "86 ㎡", "3/6".
export function contentWords(item, { value, na, reason }, words) {
  if (na) return `${words.na}${reason && ` (${reason})`}`;
  if (value === null || value === undefined) return words.unanswered;
  if (Array.isArray(value)) return `${value.length}/${item.querySelectorAll(".chip:not(.chip-none)").length}`;
  if (typeof value === "object") return "basis" in value ? `${value.value} (${value.basis})` : `${value.compliant}/${value.total}`;
  if (typeof value === "boolean") return words[value ? "met" : "not_met"];
  const unit = item.querySelector(".with-unit span, .step .unit")?.textContent ?? "";
  return words[value] ?? `${value} ${unit}`.trim();
}

// What a device can tell by itself; how a quantity is judged, the portal says.
export function statusOf({ value, na }) {
  if (na) return "na";
  if (value === null || value === undefined) return "unanswered";
  if (typeof value === "boolean") return value ? "met" : "not_met";
  return ["met", "partly", "not_met"].includes(value) ? value : "answered";
}

// The time of day at the portal, with the date unless it is today.
const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const written = (at) => format.format(at).replace(/,(?= ..:)/, "");
export function clock(moment) {
  const said = written(new Date(moment));
  return said.slice(written().startsWith(said.slice(0, -5)) ? -5 : 0);
}

// How large, since when, and whether the browser has promised to keep it.
export function readinessOf({ size = 0, preparedAt, persisted }, words) {
  const said = words.prepared.replace("{size}", `${Math.ceil(size / 1000)} KB`).replace("{time}", clock(preparedAt));
  return `${said}${persisted ? words.lasting : words.passing}`;
}

// Two answers to one item, each with its name and time, and who is to pick.
export function clashWords(item, answer, words, isLead) {
  const ask = words[isLead ? "clashYours" : "clashLead"];
  if (!answer?.lost) return `${words.clashOthers} ${ask}`;
  // Where the verdict is the same, the note is what differs.
  const full = (content) => [contentWords(item, content, words), content.note].filter(Boolean).join(" · ");
  const said = (text, content, at) => text.replace("{answer}", () => full(content)).replace("{time}", clock(at));
  return `${said(words.clashMine, answer.lost, answer.lost.at)} ${said(words.clashTheirs, answer, answer.at).replace("{name}", answer.by ?? "")} ${ask}`;
}

// Who else saved something in a section within the last ten minutes, by the server's clock.
function handsIn(section, { row, answers }, person, skew) {
  const since = Date.now() + skew - 600_000;
  const codes = new Set([...section.querySelectorAll(".item")].map(({ dataset }) => dataset.item));
  const heard = answers.filter(({ item, mine, by, at }) => codes.has(item) && !mine && by && Date.parse(at) > since);
  const told = (row?.people ?? []).filter(({ id, section: code, at }) => id !== person && code === section.dataset.section && Date.parse(at) > since);
  return [...new Set([...heard.map(({ by }) => by), ...told.map(({ name }) => name)])];
}

// Half of two counts, or "not applicable" without its reason, is not yet an answer.
export function isHalf(item) {
  const { value, na, reason } = readContent(item);
  if (na) return !reason;
  return Boolean(value) && typeof value === "object" && !Array.isArray(value) && Object.values(value).includes("");
}

// "None of them" and the elements exclude each other.
export function settleChips(item, field) {
  if (!field.matches(".chip input")) return;
  const none = one(item, "none");
  if (field === none && none.checked) for (const other of present(item)) other.checked = false;
  else if (field.checked) none.checked = false;
  tally(item);
}

export function checkAll(item) {
  for (const field of item.querySelectorAll(".chip:not(.chip-none) input")) field.checked = true;
  one(item, "none").checked = false;
  tally(item);
}

const present = (item) => item.querySelectorAll(".chip:not(.chip-none) :checked");

function tally(item) {
  item.querySelector(".present").textContent = present(item).length;
}

export function step(button) {
  const input = button.parentNode.querySelector("input");
  input.value = Math.max(0, (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step));
}

// What is said of one item, and in which tone; null leaves what the server wrote.
export function stateOf(answer, row, isUnkept, isSending, words) {
  if (isUnkept) return [words.unkeptItem, "bad"];
  if (row?.held) return [words.heldItem, "warn"];
  if (row?.refused || (answer?.errors && !row)) return [words.wrongItem, "bad"];
  if (row) return [row.sent && isSending ? words.saving : words.local, ""];
  if (!answer?.at) return [null, ""];
  const text = answer.mine || !answer.by ? words.saved : words.savedBy;
  return [text.replace("{time}", clock(answer.at)).replace("{name}", answer.by ?? ""), ""];
}

export function showLast(item, last, words) {
  item.querySelector(".last").textContent = words[last?.status] ? words.last.replace("{result}", words[last.status]) : "";
}

// The way to what the form's sentence speaks of: "login", "conflicts", or for the lead "pick".
export function linkOf(kind, page, words) {
  const link = document.createElement("a");
  link.textContent = words[{ login: "signIn", pick: "clashPick" }[kind] ?? "clashLink"];
  link.href = kind === "login" ? page.dataset.loginUrl : page.dataset.conflictsUrl;
  if (kind === "login") link.target = "_blank";
  return link;
}

// Two answers to one item, in words and with the way to them; nothing said takes them away.
export function showClash(item, said, way, url) {
  const there = item.querySelector(".clash");
  if (!said) return there?.remove();
  const place = there ?? document.createElement("p");
  if (place.dataset.said === said) return;
  place.className = "clash note note-warning mb-0";
  place.dataset.said = said;
  const link = document.createElement("a");
  link.className = "text-nowrap";
  link.href = url;
  link.textContent = way;
  place.replaceChildren(said, " ", link);
  item.querySelector(".wrong").before(place);
}

export function sayOfPhotos(item, words, role = "status") {
  let said = item.querySelector(".photo-said");
  if (!said) {
    said = document.createElement("p");
    said.className = "photo-said";
    item.querySelector(".thumbs").after(said);
  }
  said.setAttribute("role", role);
  said.textContent = words;
}

export function say(item, said, tone = "") {
  const kept = item.querySelector(".kept");
  if (kept.textContent !== said) kept.textContent = said;
  kept.dataset.tone = tone;
}

export function showStatus(item, status, words) {
  item.dataset.status = status;
  const verdict = item.querySelector(".verdict");
  if (verdict) verdict.textContent = ["met", "partly", "not_met"].includes(status) ? words[status] : "";
}

// The answer that the next change is made upon; the server refuses to overwrite a newer one unseen.
export const versionOf = (item) => Number(one(item, "version").value);

export function setVersion(item, version) {
  one(item, "version").value = version;
}

export function showErrors(item, errors) {
  const wrong = item.querySelector(".wrong");
  const said = Object.values(errors).flat().join(" ");
  if (wrong.textContent !== said) wrong.textContent = said;
  for (const field of item.elements) {
    const faulty = field.name && Object.keys(errors).some((name) => field.name.startsWith(`${item.id}-${name}`));
    if (faulty) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (faulty) field.setAttribute("aria-errormessage", wrong.id);
  }
}

// ---- all of them

export function count(page, words) {
  const all = page.querySelectorAll(".item").length;
  const done = (within) => within.querySelectorAll(".item:not([data-status='unanswered'])").length;
  const answered = done(page);
  page.querySelector(".bar .answered").textContent = answered;
  page.querySelector(".bar .meter rect").setAttribute("width", `${(100 * answered) / all}%`);
  for (const section of page.querySelectorAll("[data-section]")) {
    const tag = section.querySelector(".sect-count .tag");
    const own = done(section);
    tag.querySelector(".answered").textContent = own;
    tag.className = `tag tag-${own === section.querySelectorAll(".item").length ? "good" : own ? "info" : "quiet"}`;
  }
  dock(all - answered, page.querySelectorAll("[data-stuck]").length, words);
}

// What is left to do; an entry that is not complete, or was refused, is not done whatever was saved before it.
function dock(left, stuck, words) {
  const area = document.querySelector(".dock-form");
  const open = left + stuck;
  const said = left ? [words.left, left] : stuck ? [words.held, stuck] : [words.done, 0];
  area.querySelector(".left").textContent = said[0].replace("{n}", said[1]);
  area.querySelector(".next").hidden = !open;
  const check = area.querySelector(".check");
  check.classList.toggle("btn-primary", !open);
  check.textContent = open ? words.checkEarly : words.check;
}

// The next item that is open or stuck, behind the one last worked on.
export function goToNext(page, here) {
  const open = [...page.querySelectorAll(".item[data-status='unanswered'], .item[data-stuck]")];
  const next = open.find((item) => here && here.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) ?? open[0];
  if (!next) return;
  next.closest("details").open = true;
  next.scrollIntoView({ block: "start" });
  next.querySelector("input").focus({ preventScroll: true });
}

export function showHands(page, view, person, skew, words) {
  for (const section of page.querySelectorAll("[data-section]")) {
    const names = handsIn(section, view, person, skew);
    const place = section.querySelector(".hands") ?? document.createElement("p");
    place.className = "hands soft";
    place.textContent = names.map((name) => words.hands.replace("{name}", name)).join(" ");
    if (place.textContent && !place.isConnected) section.querySelector("form").prepend(place);
    else if (!place.textContent) place.remove();
  }
}

// ---- what photos need (here, since a module of its own would be one more request of the first load)

export function photoFiles(named = /./) {
  const { files, plain } = document.querySelector("#photo-tools").dataset;
  return `${files} ${crypto.subtle ? "" : plain}`.trim().split(" ").filter((address) => named.test(address));
}

// Whole, so that they are in the browser's cache; rejects where one is missing.
export async function fetchAll(addresses, patience) {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), patience);
  const fetchOne = async (address) => {
    const answer = await fetch(address, { signal: silence.signal });
    if (!answer.ok) throw new Error(address);
    await answer.arrayBuffer();
  };
  try {
    await Promise.all(addresses.map(fetchOne));
  } finally {
    clearTimeout(timer);
  }
}
