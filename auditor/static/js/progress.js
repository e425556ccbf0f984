// Follows long work: asks data-progress-url for {"value", "total", "text", "done", "next"} until it is done.

const EVERY = 1500;

async function follow(place) {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  const label = text.textContent;
  try {
    const answer = await fetch(place.dataset.progressUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const now = await answer.json();
    bar.max = now.total || 1;
    bar.value = now.value;
    place.querySelector("[data-progress-value]").textContent = now.value;
    place.querySelector("[data-progress-total]").textContent = now.total;
    text.textContent = now.text || place.dataset.label || label;
    place.dataset.label = text.textContent;
    if (now.done) {
      if (now.next) location.assign(now.next);
      else location.reload();
      return;
    }
  } catch {
    text.textContent = place.dataset.lost;
  }
  setTimeout(() => follow(place), EVERY);
}

for (const place of document.querySelectorAll("[data-progress-url]")) follow(place);
