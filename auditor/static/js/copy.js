// <button data-copy="id-of-a-field" data-copied="Copied" hidden>: copies what the field holds and says so.

const said = document.querySelector("[data-copy-said]");

async function copied(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Without https there is no clipboard: the text is marked, and the older way is tried.
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copied(document.getElementById(button.dataset.copy)))) return;
    button.lastChild.textContent = button.dataset.copied;
    if (said) said.textContent = button.dataset.copied;
  });
}
