// The copies of what was typed that stay on this device: one a form, only for the person who typed it, for some days.
// A copy knows where it goes (url, body) and whether it is an answer (commit) or only being typed, so that any later
// page can send it (kept.js).

export const PARTS = "form[data-autosave-url], fieldset[data-autosave-url]";
const KEEP_DAYS = 7;
const owner = () => document.querySelector('meta[name="draft-owner"]')?.content ?? "";
const prefix = () => `draft:${owner()}:`;

export const named = (name) => prefix() + name;
export const nameOf = (form) => named(form.dataset.autosaveKey || form.dataset.autosaveUrl);

/** Names this tab, so that the page after one that was left knows what was typed there. */
export function tab() {
  try {
    const own = sessionStorage.getItem("draft-tab") ?? `${Date.now()}-${Math.random()}`;
    sessionStorage.setItem("draft-tab", own);
    return own;
  } catch {
    return null;
  }
}

export class Copy {
  constructor(name) {
    this.name = name;
  }
  /** what: {text, base, body, url, commit, page} */
  keep(what) {
    try {
      localStorage.setItem(this.name, JSON.stringify({ ...what, tab: tab(), at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }
  read() {
    try {
      const copy = JSON.parse(localStorage.getItem(this.name) ?? "null");
      return copy && Date.now() - copy.at < KEEP_DAYS * 86400000 ? copy : null;
    } catch {
      return null;
    }
  }
  clear() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // a device that keeps nothing has nothing to clear
    }
  }
}

/** The copies of this person, whichever page they were typed on. */
export function copies() {
  try {
    return Object.keys(localStorage).filter((name) => owner() && name.startsWith(prefix())).map((name) => new Copy(name));
  } catch {
    return [];
  }
}
