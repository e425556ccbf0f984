// What somebody has filled in: of a form, or of the part of one whose names begin with data-autosave-prefix.

export function contents(form) {
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
export function bare(part, name) {
  const prefix = part.dataset.autosavePrefix ?? "";
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What the person fills in: hidden fields (a revision) do not make a difference. */
export function typed(form) {
  const hidden = new Set([...form.querySelectorAll('input[type="hidden"]')].map((field) => bare(form, field.name)));
  return new URLSearchParams([...contents(form)].filter(([name]) => !hidden.has(name))).toString();
}

/** The form as it was sent: somebody may have chosen something before this module had loaded. */
export function untouched(form) {
  const copy = form.cloneNode(true);
  const whole = form.matches("form") ? copy : document.createElement("form");
  if (whole !== copy) whole.append(copy);
  whole.reset();
  return typed(copy);
}

export function fill(form, text) {
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
