// Keeps a long form on the device while it is being filled in, where the server keeps no draft of it: a lost
// connection, an ended session or a closed tab then loses nothing.
//
//   <form data-kept-as="notice-12">     name of the copy on the device
//   <div data-taken="notice-12">        on the page that follows: the form was taken, its copy goes
//
// Whoever comes back finds the form as they left it. Where it begins with other texts by then, a button puts back theirs.

import { fill, typed, untouched } from "./filling.js";
import { Copy, named } from "./keeping.js";
import { offer, show, words } from "./savestate.js";

const SENT = "form-sent"; // in this tab, and not yet known to be taken

function start(form) {
  const name = form.dataset.keptAs;
  const copy = new Copy(named(name));
  const refused = document.querySelector("[data-focus]") !== null; // what was sent stands in the form
  const kept = copy.read();
  const base = refused && kept ? kept.base : untouched(form);
  const keep = () => {
    const text = typed(form);
    if (text === base) copy.clear();
    else show(form, copy.keep({ text, base }) ? "kept" : "failed");
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, name));
  for (const link of form.querySelectorAll("a[data-discard]")) link.addEventListener("click", () => copy.clear());
  sessionStorage.removeItem(SENT);
  if (typed(form) !== untouched(form)) keep(); // typed before this module had loaded, or put back by the browser
  else if (kept && !refused) restore(form, kept, base, keep);
}

function restore(form, kept, base, keep) {
  const back = () => {
    fill(form, kept.text);
    keep();
  };
  if (kept.base === base) back();
  else if (kept.text !== base) offer(words("restore"), back);
}

for (const page of document.querySelectorAll("[data-taken]")) {
  if (sessionStorage.getItem(SENT) !== page.dataset.taken) continue;
  sessionStorage.removeItem(SENT);
  new Copy(named(page.dataset.taken)).clear();
}
for (const form of document.querySelectorAll("form[data-kept-as]")) start(form);
