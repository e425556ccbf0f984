// Keys of the checklist: j and k move between items, u finds the next one not checked, 1-6 and 0 choose the result,
// n goes to the note, e to the evidence, ? shows the list. They rest while somebody types, and with Ctrl, Alt or the command key.

const items = () => [...document.querySelectorAll("a[data-item]")].filter((item) => item.offsetParent !== null || !item.closest("details:not([open])"));
const here = (list) => list.findIndex((item) => item.hasAttribute("aria-current"));

function move(step) {
  const list = distinct(items());
  list[here(list) + step]?.click();
}

/** The phone's list and the wide list may both be in the page: each item once. */
function distinct(list) {
  const seen = new Set();
  return list.filter((item) => !seen.has(item.href) && seen.add(item.href));
}

function nextUnchecked() {
  const list = distinct([...document.querySelectorAll("a[data-item]")]);
  const place = here(list);
  const order = [...list.slice(place + 1), ...list.slice(0, Math.max(place, 0))];
  order.find((item) => item.hasAttribute("data-unchecked"))?.click();
}

function choose(key) {
  const choice = document.querySelector(`[data-results] input[data-key="${key}"]`);
  if (!choice || choice.disabled) return;
  choice.focus();
  choice.click();
}

function evidence() {
  const found = document.querySelector("#evidence input[type=file], #evidence a, #evidence button");
  found?.scrollIntoView({ block: "center" });
  found?.focus();
}

const dialog = document.querySelector("dialog[data-keys]");
const help = () => dialog?.showModal();
dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());
const button = document.querySelector("[data-key-help]");
if (button && dialog) {
  button.hidden = false;
  button.addEventListener("click", help);
}

const typing = (target) =>
  target.isContentEditable ||
  target.matches("textarea, select") ||
  (target.matches("input") && !["radio", "checkbox", "button", "submit", "file"].includes(target.type));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || dialog?.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    u: nextUnchecked,
    n: () => document.querySelector("[data-note]")?.focus(),
    e: evidence,
    "?": help,
  };
  const act = keys[event.key] ?? (/^[0-6]$/.test(event.key) ? () => choose(event.key) : null);
  if (!act) return;
  event.preventDefault();
  act();
});

// What belongs to certain results only shows with them; without script it is all there.
const answer = document.querySelector("[data-results]")?.closest("form");
const chosen = () => answer?.querySelector("[data-results] input:checked");

function fit() {
  for (const part of document.querySelectorAll("[data-for-result]")) {
    part.hidden = !part.dataset.forResult.split(" ").includes(chosen()?.value ?? "");
  }
}

// The list of items follows what was saved.
function follow() {
  const label = chosen() && document.querySelector(`label[for="${chosen().id}"]`);
  for (const item of document.querySelectorAll(".items a[aria-current]")) {
    const tone = item.querySelector(".tone");
    if (!label || !tone) continue;
    tone.className = `tone ${[...label.classList].find((name) => name.startsWith("is-")) ?? ""}`;
    tone.querySelector("use").setAttribute("href", label.querySelector("use").getAttribute("href"));
    tone.querySelector(".visually-hidden").textContent = label.firstChild.nextSibling?.textContent.trim() ?? "";
    item.toggleAttribute("data-unchecked", chosen().value === "not_checked");
  }
}

if (answer) {
  fit();
  answer.addEventListener("change", fit);
  answer.addEventListener("autosaved", follow);
}

document.querySelector('.items [aria-current]')?.scrollIntoView({ block: "nearest" });
