// Asks before a changed form is left; the browser uses its own words. A form sent back with errors counts as changed.

for (const form of document.querySelectorAll("form[data-leave-guard]")) {
  const state = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  const before = form.dataset.leaveGuard === "changed" ? null : state();
  let leaving = false;
  form.addEventListener("submit", () => (leaving = true));
  for (const link of form.querySelectorAll("a[data-discard]")) link.addEventListener("click", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && state() !== before) event.preventDefault();
  });
}
