// Small things of every page: menus close, the drawer closes, a message that needs reading gets the focus.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (location.hash === "#nav") {
    location.hash = "#main";
  }
});

document.querySelector("[data-focus]")?.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// <input type="checkbox" data-show-password="id-of-the-field">
for (const box of document.querySelectorAll("[data-show-password]")) {
  box.addEventListener("change", () => {
    const field = document.getElementById(box.dataset.showPassword);
    field.type = box.checked ? "text" : "password";
  });
}
