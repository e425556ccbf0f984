// Where the saving of a page stands, in [data-save-state] (macro save_state) in the words that stand there: of several
// parts the worst. The part itself hears of its own by the event "savestate".

const ICONS = { saving: "sending", saved: "saved", kept: "offline", failed: "warn" };
const WORST = ["failed", "kept", "saving", "saved"];
const states = new Map(); // by part: where its saving stands
const TONES = { saving: "mute", saved: "ok", kept: "minor", failed: "major" };

export function show(part, own, detail = "") {
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

export function words(name) {
  return document.querySelector("[data-save-state]")?.dataset[name] ?? "";
}

/** A button beside the save state; pressed, it goes. */
export function offer(text, act) {
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
