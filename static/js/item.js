// One item of the form as the page shows it: its fields, and what the server said of it.

const typed = "input:not([type]), textarea";

// What is sent: the item's own fields, without its photos.
export function fields(item) {
  const data = new FormData();
  for (const one of item.elements) {
    if (!one.name || one.type === "file") continue;
    if (["radio", "checkbox"].includes(one.type) && !one.checked) continue;
    data.append(one.name, one.value);
  }
  return data;
}

// Half of two counts, or "not applicable" without its reason, is not yet an answer.
export function isHalf(item) {
  const reason = item.querySelector("[name$='-reason']");
  const applies = !item.querySelector("[value='na']:checked, [name$='-na']:checked");
  if (!applies) return !reason.value.trim();
  const counts = [...item.querySelectorAll("[name*='-value_']")];
  return counts.length > 1 && counts.filter((one) => one.value.trim()).length === 1;
}

export const isTyped = (field) => field.matches(typed);

// "None of them" and the elements exclude each other.
export function settleChips(item, field) {
  if (!field.matches(".chip input")) return;
  const none = item.querySelector(".chip-none input");
  if (field === none && none.checked) for (const one of present(item)) one.checked = false;
  else if (field.checked) none.checked = false;
  tally(item);
}

export function checkAll(item) {
  for (const one of item.querySelectorAll(".chip:not(.chip-none) input")) one.checked = true;
  item.querySelector(".chip-none input").checked = false;
  tally(item);
}

const present = (item) => item.querySelectorAll(".chip:not(.chip-none) :checked");

function tally(item) {
  item.querySelector(".present").textContent = present(item).length;
}

export function step(button) {
  const input = button.parentNode.querySelector("input");
  const now = Number.parseInt(input.value, 10);
  input.value = Number.isNaN(now) ? Math.max(0, Number(button.dataset.step)) : Math.max(0, now + Number(button.dataset.step));
  return input;
}

export function say(item, text, tone = "") {
  const kept = item.querySelector(".kept");
  kept.textContent = text;
  kept.dataset.tone = tone;
}

export function showStatus(item, status, words) {
  item.dataset.status = status;
  const verdict = item.querySelector(".verdict");
  if (verdict) verdict.textContent = words[status] ?? "";
}

// The answer that the next change is made upon; the server refuses to overwrite a newer one unseen.
export function setVersion(item, version) {
  item.querySelector("[name$='-version']").value = version;
}

export function showErrors(item, errors) {
  const wrong = item.querySelector(".wrong");
  wrong.textContent = Object.values(errors).flat().join(" ");
  for (const one of item.elements) {
    const faulty = one.name && Object.keys(errors).some((field) => one.name.startsWith(`${item.id}-${field}`));
    if (faulty) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
    if (faulty) one.setAttribute("aria-errormessage", wrong.id);
  }
}
