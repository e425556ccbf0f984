// A field that finds a person, a department or the like while one types (combobox of the ARIA Authoring Practices).
// <input data-search-url="/people/find" data-search-value="id-of-hidden-input" data-none data-found data-lost>
// The address is asked with ?q=… and answers [{"id", "label", "hint"}]. Without script it is a plain field.

const PAUSE = 200;

function start(input) {
  const value = document.getElementById(input.dataset.searchValue) ?? hidden(input);
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  list.id = `${input.id}-list`;
  list.className = "picker-list";
  list.role = "listbox";
  list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
  list.hidden = true;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  input.after(list, said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.classList.toggle("chosen", Boolean(value.value));

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    active = place;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  function take(option) {
    input.value = option.label;
    value.value = option.id;
    input.classList.add("chosen");
    close();
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function draw() {
    list.replaceChildren(
      ...options.map((option, index) => {
        const row = document.createElement("li");
        row.role = "option";
        row.id = `${list.id}-${index}`;
        row.setAttribute("aria-selected", "false");
        const label = document.createElement("span");
        label.textContent = option.label;
        const hint = document.createElement("span");
        hint.className = "meta";
        hint.textContent = option.hint ?? "";
        row.append(label, hint);
        row.addEventListener("mousedown", (event) => event.preventDefault());
        row.addEventListener("click", () => take(option));
        return row;
      }),
    );
    active = -1;
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (options.length) list.scrollIntoView({ block: "nearest" });
    said.textContent = options.length ? input.dataset.found.replace("{n}", options.length) : input.dataset.none;
  }

  async function ask() {
    const text = input.value.trim();
    const turn = ++asked;
    if (!text) return close();
    const url = new URL(input.dataset.searchUrl, location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const found = await answer.json();
      if (turn !== asked) return; // a later question is on its way
      options = found;
      draw();
    } catch {
      close();
      said.textContent = input.dataset.lost;
    }
  }

  input.addEventListener("input", () => {
    value.value = "";
    input.classList.remove("chosen");
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the arrows and Enter belong to the kana conversion
    const last = options.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else if (event.key === "ArrowDown") mark(active >= last ? 0 : active + 1);
      else mark(active <= 0 ? last : active - 1);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      take(options[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
}

/** Matches listed by the server stand in for the hidden input; the script takes over from them. */
function hidden(input) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.id = input.dataset.searchValue;
  const radios = input.parentElement.querySelector("[data-search-matches]");
  field.name = input.name.replace(/_search$/, "");
  input.addEventListener("input", () => radios?.remove(), { once: true });
  // While the radio list stands, it carries the answer.
  field.disabled = Boolean(radios);
  input.addEventListener("input", () => (field.disabled = false), { once: true });
  input.after(field);
  return field;
}

for (const input of document.querySelectorAll("input[data-search-url]")) start(input);
