// The page of a self-inspection: each item shows where its saving stands, the reason only with "does not apply", the
// count at the top follows, and files are sent as soon as they are chosen. Without script one button saves all of it.

import { headers } from "./csrf.js";

const page = document.querySelector("[data-inspection]");
const items = [...page.querySelectorAll("fieldset[data-autosave-url]")];
const chosen = (item) => item.querySelector('.pick input[type="radio"]:checked')?.value ?? "not_checked";

function fit(item) {
  for (const part of item.querySelectorAll("[data-for-result]")) {
    part.hidden = !part.dataset.forResult.split(" ").includes(chosen(item));
  }
}

function count() {
  const answered = items.filter((item) => chosen(item) !== "not_checked").length;
  for (const place of document.querySelectorAll("[data-answered]")) place.textContent = answered;
  for (const bar of document.querySelectorAll("progress[data-answered-bar]")) bar.value = answered;
}

/** Says at the item what the line at the foot says of the whole page. */
function tell(item, { state, message }) {
  const words = document.querySelector("[data-save-state]");
  const place = item.querySelector("[data-item-state]");
  place.textContent = [words?.dataset[state], state === "failed" || state === "kept" ? message : ""].filter(Boolean).join(" ");
  place.className = `meta mb-0 tone is-${{ saved: "ok", kept: "minor", failed: "major" }[state] ?? "mute"}`;
}

function shown(list, file) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = file.url;
  link.textContent = file.name;
  line.append(link);
  list.append(line);
}

async function attach(item, field) {
  for (const file of field.files) {
    const body = new FormData();
    body.append("file", file);
    tell(item, { state: "saving" });
    try {
      const answer = await fetch(field.dataset.filesUrl, { method: "POST", headers: headers(), body });
      const told = answer.redirected ? {} : await answer.json().catch(() => ({}));
      if (!answer.ok || answer.redirected) return tell(item, { state: "failed", message: told.message ?? "" });
      shown(item.querySelector("[data-files]"), told);
    } catch {
      return tell(item, { state: "failed", message: field.dataset.lost });
    }
  }
  field.value = "";
  tell(item, { state: "saved" });
}

for (const item of items) {
  fit(item);
  item.addEventListener("savestate", (event) => tell(item, event.detail));
  item.addEventListener("change", (event) => {
    if (event.target.matches("input[data-files-url]")) attach(item, event.target);
    fit(item);
    count();
  });
}
