// A list shows what a filter says as soon as it is chosen; the button stays for those who type, and without script.

for (const form of document.querySelectorAll("form[data-filters]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
  // Empty fields only make addresses long.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  const typed = form.querySelector("input:not([type=hidden]):not([type=checkbox]):not([type=radio])");
  if (!typed) form.classList.add("live");
}
