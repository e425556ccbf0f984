// Saves a form while it is being filled in, and keeps a copy on the device while the server cannot be reached.
//
//   <form data-autosave-url="/items/4/draft"     takes what is typed (POST), counts for nothing
//         data-commit-url="/items/4/answer"      optional: takes it when a field is left or a choice is made
//         data-autosave-key="item-4">            optional: name of the copy on the device (default: the address)
//
// A page of many things to answer in one form has a <fieldset> with these attributes for each, and one more:
//   data-autosave-prefix="12-"                 what the names of its fields begin with, left out of what is sent
//
// The body is the form (without files, and without what stands in [data-autosave-skip]). The answer may be JSON:
//   {"saved_at": "14:32", "fields": {"revision": "7"}, "message": "why it was refused"}
// "fields" are put into hidden inputs of the form. 409 means that somebody else saved meanwhile: sending the form
// by its button then shows both texts. 401, 403 or a redirect means that the session has ended.
// The state is shown in [data-save-state] (macro save_state), in the words that stand there: of several parts the
// worst. The part itself hears of its own by the event "savestate".

import { headers } from "./csrf.js";
import { Copy, nameOf, PARTS } from "./keeping.js";

const PAUSE = 900; // milliseconds without typing
const RETRY = 15000;
const ICONS = { saving: "sending", saved: "saved", kept: "offline", failed: "warn" };
const WORST = ["failed", "kept", "saving", "saved"];
const states = new Map(); // by part: where its saving stands
const TONES = { saving: "mute", saved: "ok", kept: "minor", failed: "major" };

function show(part, own, detail = "") {
  states.set(part, own);
  part.dispatchEvent(new CustomEvent("savestate", { detail: { state: own, message: detail } }));
  const standing = [...states.values()];
  const state = WORST.find((one) => standing.includes(one));
  const place = document.querySelector("[data-save-state]");
  if (!place || !place.dataset[state]) return;
  const word = document.createElement("span");
  word.className = `tone is-${TONES[state]}`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "ico");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${place.dataset.icons}#i-${ICONS[state]}`);
  svg.append(use);
  word.append(svg, place.dataset[state]);
  place.replaceChildren(word);
  place.dataset.state = state;
  if (detail && state === own) {
    const more = document.createElement("span");
    more.className = "tabular";
    more.textContent = detail;
    place.append(" ", more);
  }
}

function words(name) {
  return document.querySelector("[data-save-state]")?.dataset[name] ?? "";
}

function contents(form) {
  const all = form.matches("form") ? [...new FormData(form)] : filledIn(form);
  const pairs = all.filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
  return new URLSearchParams(pairs.map(([name, value]) => [bare(form, name), value]));
}

/** What the fields of a fieldset would send. */
function filledIn(part) {
  const sent = (field) =>
    field.name && !field.disabled && !field.closest("[data-autosave-skip]") &&
    !["file", "submit", "button", "reset", "fieldset"].includes(field.type) &&
    (!["radio", "checkbox"].includes(field.type) || field.checked);
  return [...part.elements].filter(sent).map((field) => [field.name, field.value]);
}

/** The name of a field without what the names of its part begin with. */
function bare(part, name) {
  const prefix = part.dataset.autosavePrefix ?? "";
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What the person fills in: hidden fields (a revision) do not make a difference. */
function typed(form) {
  const hidden = new Set([...form.querySelectorAll('input[type="hidden"]')].map((field) => bare(form, field.name)));
  return new URLSearchParams([...contents(form)].filter(([name]) => !hidden.has(name))).toString();
}

/** The form as it was sent: somebody may have chosen something before this module had loaded. */
function untouched(form) {
  const copy = form.cloneNode(true);
  const whole = form.matches("form") ? copy : document.createElement("form");
  if (whole !== copy) whole.append(copy);
  whole.reset();
  return typed(copy);
}

function fill(form, text) {
  const values = new URLSearchParams(text);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file" || field.type === "submit") continue;
    if (field.closest("[data-autosave-skip]")) continue;
    const wanted = values.getAll(bare(form, field.name));
    if (field.type === "radio" || field.type === "checkbox") field.checked = wanted.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
    else if (wanted.length) field.value = wanted[0];
  }
}

function start(form) {
  const copy = new Copy(nameOf(form));
  const base = untouched(form);
  let saved = base;
  let committed = base;
  let timer = 0;
  let busy = false;
  let again = null;
  let stopped = false;
  let waiting = null;

  /** Keeps what is in the form; an answer that could not be sent stays one. */
  function keep(text, commit = false) {
    const asAnswer = commit || (copy.read()?.commit ?? false);
    const url = asAnswer && form.dataset.commitUrl ? form.dataset.commitUrl : form.dataset.autosaveUrl;
    const page = location.pathname;
    return copy.keep({ text, base, body: contents(form).toString(), url, commit: asAnswer, page });
  }

  async function send(commit) {
    clearTimeout(timer);
    const now = typed(form);
    if (stopped || (now === saved && !(commit && now !== committed))) return;
    if (busy) {
      again = commit || again === true;
      return;
    }
    busy = true;
    if (commit) keep(now, true); // who leaves before the answer is here has answered all the same
    show(form, "saving");
    const url = commit && form.dataset.commitUrl ? form.dataset.commitUrl : form.dataset.autosaveUrl;
    try {
      const answer = await fetch(url, {
        method: form.dataset.autosaveMethod || "POST", headers: headers(), body: contents(form), keepalive: true,
      });
      await settle(answer, now, commit);
    } catch {
      show(form, keep(now, commit) ? "kept" : "failed");
      timer = setTimeout(() => send(commit), RETRY);
    } finally {
      busy = false;
      waiting?.();
      if (again !== null) {
        const next = again;
        again = null;
        send(next);
      }
    }
  }

  async function settle(answer, now, commit) {
    const body = await answer.json().catch(() => ({}));
    if (answer.ok && !answer.redirected) {
      saved = now;
      if (commit) committed = now;
      for (const [name, value] of Object.entries(body.fields ?? {})) {
        const full = `${form.dataset.autosavePrefix ?? ""}${name}`;
        const field = form.querySelector(`input[type="hidden"][name="${CSS.escape(full)}"]`);
        if (field) field.value = value;
      }
      copy.clear();
      if (typed(form) !== now) keep(typed(form)); // typed while it was being saved
      show(form, "saved", body.saved_at ?? "");
      form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true, detail: body }));
    } else if (answer.status === 409) {
      stopped = true;
      keep(now, commit);
      show(form, "failed", words("conflict"));
      if (form.matches("form")) offer(words("compare"), () => form.requestSubmit());
    } else if (answer.redirected || answer.status === 401 || answer.status === 403 || answer.status === 400) {
      show(form, keep(now, commit) ? "kept" : "failed", words("session"));
    } else if (answer.status === 422) {
      keep(now, commit);
      show(form, "failed", body.message ?? "");
    } else {
      show(form, keep(now, commit) ? "kept" : "failed", body.message ?? "");
      timer = setTimeout(() => send(commit), RETRY);
    }
  }

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    const choice = event.target.matches('input[type="radio"], input[type="checkbox"], select');
    if (!choice) timer = setTimeout(() => send(false), PAUSE);
    // At once, not with the pause: whatever happens to the tab, it is on the device.
    const kept = keep(typed(form));
    if (!navigator.onLine) show(form, kept ? "kept" : "failed");
  });
  form.addEventListener("change", () => send(true));
  (form.matches("form") ? form : form.form).addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (busy && !waiting) {
      // What is being saved changes what this form is based on: sent before the answer is here, it would be told
      // that somebody else had saved meanwhile. Who presses again need not wait.
      event.preventDefault();
      waiting = () => event.target.requestSubmit(event.submitter);
    }
    stopped = true; // the button sends all of it; a copy stays until the next page has loaded
    keep(typed(form));
    const sent = sessionStorage.getItem("draft-sent");
    sessionStorage.setItem("draft-sent", sent ? `${sent}\n${copy.name}` : copy.name);
  });
  window.addEventListener("online", () => send(true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !stopped && typed(form) !== saved) {
      keep(typed(form));
      send(false);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!stopped && typed(form) !== saved && !keep(typed(form))) event.preventDefault();
  });

  if (typed(form) !== base) send(true);
  else restore(form, copy, base, () => send(true));
}

function restore(form, copy, base, send) {
  const kept = copy.read();
  if (!kept || kept.text === base) {
    copy.clear();
    return;
  }
  if (kept.base === base) {
    fill(form, kept.text); // nobody has saved anything since: carry on where the connection was lost
    show(form, "kept");
    send();
    return;
  }
  // Somebody has saved meanwhile: sent with what it was typed upon, the server shows both.
  offer(words("restore"), () => {
    fill(form, kept.text);
    if (!kept.body) return send();
    const sent = new URLSearchParams(kept.body);
    for (const field of form.querySelectorAll('input[type="hidden"]')) {
      const name = bare(form, field.name);
      if (sent.has(name)) field.value = sent.get(name);
    }
    return (form.matches("form") ? form : form.form).requestSubmit();
  });
}

/** A button beside the save state; pressed, it goes. */
function offer(text, act) {
  const place = document.querySelector("[data-save-state]");
  if (!place || !text) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet btn-sm";
  button.textContent = text;
  button.addEventListener("click", () => {
    button.remove();
    act();
  });
  place.after(button);
}

// A form that was taken (the next page is no error page and shows no refused form) leaves no copy behind.
const sent = sessionStorage.getItem("draft-sent");
if (sent) {
  sessionStorage.removeItem("draft-sent");
  if (!document.querySelector("[data-focus]")) for (const name of sent.split("\n")) localStorage.removeItem(name);
}

for (const form of document.querySelectorAll(PARTS)) start(form);
