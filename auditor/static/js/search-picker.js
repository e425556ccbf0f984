// A field that finds a person, a department or the like while one types (combobox of the ARIA Authoring Practices).
// <input data-search-url="/people/find" data-search-value="id-of-hidden-input" data-none data-found data-lost>
// The address is asked with ?q=… and answers [{"id", "label", "hint"}]. Without script it is a plain field.
// A select of many options becomes such a field too, and finds among its options; without script it stays one.

const PAUSE = 200;
const MANY = 20;
const words = document.body.dataset;

/** `find` gives the options for what was typed, `keep` stores the one taken, or null when the text is no choice. */
function combobox(input, { find, keep, chosen, pause = 0, all = false }) {
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  list.id = `${input.id}-list`;
  list.className = "picker-list";
  list.role = "listbox";
  list.setAttribute("aria-label", nameOf(input.labels[0]));
  list.hidden = true;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  input.after(list, said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.classList.toggle("chosen", chosen);

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
    input.classList.add("chosen");
    close();
    keep(option);
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
    const { found, none } = { ...words, ...input.dataset };
    said.textContent = options.length ? found.replace("{n}", options.length) : none;
  }

  async function ask() {
    const text = input.value.trim();
    const turn = ++asked;
    if (!text && !all) return close();
    try {
      const found = await find(text);
      if (turn !== asked) return; // a later question is on its way
      options = found;
      draw();
    } catch {
      close();
      said.textContent = input.dataset.lost;
    }
  }

  input.addEventListener("input", () => {
    keep(null);
    input.classList.remove("chosen");
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the arrows and Enter belong to the kana conversion
    const last = options.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
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
  if (all) input.addEventListener("click", () => list.hidden && open());

  function open() {
    // What is chosen already hides nothing of what else there is.
    if (all && input.classList.contains("chosen")) input.select();
    return ask();
  }
}

function searched(input) {
  const value = document.getElementById(input.dataset.searchValue) ?? hidden(input);
  combobox(input, {
    chosen: Boolean(value.value),
    pause: PAUSE,
    async find(text) {
      const url = new URL(input.dataset.searchUrl, location.href);
      url.searchParams.set("q", text);
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      return answer.json();
    },
    keep(option) {
      value.value = option?.id ?? "";
      if (option) value.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
}

/** What a label says, without the options of a select inside it. */
function nameOf(label) {
  const shown = [...(label?.childNodes ?? [])].filter((node) => !node.matches?.("select, .picker"));
  return shown.map((node) => node.textContent).join("").trim();
}

const plain = (text) => text.normalize("NFKC").toLowerCase().trim();

function select(field) {
  const options = [...field.options].map((one) => ({ id: one.value, label: one.text.trim(), key: plain(one.text) }));
  const input = document.createElement("input");
  const box = document.createElement("div");
  const label = field.labels[0];
  input.id = `${field.id}-find`;
  input.type = "text";
  input.className = field.className;
  input.autocomplete = "off";
  input.spellcheck = false;
  input.value = field.value ? field.selectedOptions[0].text.trim() : "";
  input.placeholder = options[0].id ? "" : options[0].label;
  for (const name of ["aria-describedby", "aria-invalid", "translate"])
    if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  input.required = field.required;
  field.required = false;
  box.className = "picker";
  field.before(box);
  box.append(input, field);
  field.hidden = true;
  label.htmlFor = input.id;
  combobox(input, {
    chosen: Boolean(field.value),
    all: true,
    find(text) {
      const wanted = field.value ? [] : plain(text).split(/\s+/);
      return options.filter((one) => wanted.every((word) => one.key.includes(word)));
    },
    keep(option) {
      field.value = option?.id ?? "";
      if (option) {
        if (!option.id) input.value = "";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    },
  });
  // A filter that was emptied is none; a text that is no choice goes back to what was chosen before.
  const before = field.value;
  input.addEventListener("blur", () => {
    if (field.value || input.value.trim()) return;
    if (before && field.form?.matches("[data-filters]")) field.dispatchEvent(new Event("change", { bubbles: true }));
  });
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

for (const input of document.querySelectorAll("input[data-search-url]")) searched(input);
for (const field of document.querySelectorAll("select:not([multiple])")) if (field.options.length > MANY && field.labels.length) select(field);
