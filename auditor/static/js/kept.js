// Sends what was kept on this device by another page: the connection was lost and the page left, or the tab died.
// Sent again it doubles nothing: the server knows an answer that stands already. What somebody else has answered
// meanwhile is not sent: a note leads to its page, where the two are compared.

import { headers } from "./csrf.js";
import { copies, nameOf, PARTS, tab } from "./keeping.js";

const SETTLED = 20000; // milliseconds: a page that is still open, in another tab, sends its own text
let busy = false;

async function sendAll() {
  if (busy) return;
  busy = true;
  const here = new Set([...document.querySelectorAll(PARTS)].map(nameOf));
  const sent = [];
  const stuck = [];
  for (const copy of copies()) {
    const what = copy.read();
    if (!what) copy.clear();
    const fresh = Date.now() - (what?.at ?? 0) < SETTLED;
    // What was left in this tab a moment ago goes at once: nobody knows whether the page that was left had sent it.
    if (!what?.url || here.has(copy.name) || (fresh && (!what.tab || what.tab !== tab()))) continue;
    const answer = await post(what);
    if (answer === null) break; // no connection, or signed out: later
    if (answer.ok) {
      copy.clear();
      if (!fresh) sent.push(what.page);
    } else if (answer.status === 409 || answer.status === 422) stuck.push(what.page);
    else if (answer.status === 404 || answer.status === 410) copy.clear();
  }
  tell("keptSent", sent);
  tell("keptStuck", stuck);
  busy = false;
}

async function post(what) {
  try {
    const answer = await fetch(what.url, { method: "POST", headers: headers(), body: new URLSearchParams(what.body) });
    return answer.redirected || [400, 401, 403].includes(answer.status) || answer.status >= 500 ? null : answer;
  } catch {
    return null;
  }
}

function tell(word, pages) {
  const text = document.body.dataset[word];
  if (!pages.length || !text) return;
  const note = document.createElement("div");
  note.className = `note mb-3 ${word === "keptSent" ? "is-ok" : "is-minor"}`;
  note.setAttribute("role", "status");
  const inner = document.createElement("div");
  const line = document.createElement("p");
  line.textContent = text.replace("{n}", pages.length);
  inner.append(line);
  for (const page of word === "keptStuck" ? pages : []) {
    const link = document.createElement("a");
    link.href = page;
    link.textContent = document.body.dataset.keptOpen;
    const row = document.createElement("p");
    row.append(link);
    inner.append(row);
  }
  note.append(inner);
  document.querySelector("main")?.prepend(note);
}

window.addEventListener("online", sendAll);
await sendAll();
