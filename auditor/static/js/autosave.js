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

import { headers } from "./csrf.js";
import { bare, contents, fill, typed, untouched } from "./filling.js";
import { Copy, nameOf, PARTS } from "./keeping.js";
import { offer, show, words } from "./savestate.js";

const PAUSE = 900; // milliseconds without typing
const RETRY = 15000;
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

// A form that was taken (the next page is no error page and shows no refused form) leaves no copy behind.
const sent = sessionStorage.getItem("draft-sent");
if (sent) {
  sessionStorage.removeItem("draft-sent");
  if (!document.querySelector("[data-focus]")) for (const name of sent.split("\n")) localStorage.removeItem(name);
}

for (const form of document.querySelectorAll(PARTS)) start(form);
