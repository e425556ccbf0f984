// Says beside a form who else is at it: [data-presence-url] is asked now and then while the page is looked at.

const EVERY = 20000;

for (const place of document.querySelectorAll("[data-presence-url]")) {
  const ask = async () => {
    if (document.visibilityState === "hidden" || !navigator.onLine) return;
    const seen = document.querySelector('input[name="based_on"]')?.value ?? "";
    try {
      const answer = await fetch(`${place.dataset.presenceUrl}?seen=${encodeURIComponent(seen)}`, {
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      });
      if (!answer.ok || answer.redirected) return;
      const { text } = await answer.json();
      if (place.textContent !== text) place.textContent = text;
    } catch {
      // without a connection there is nothing to tell
    }
  };
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
  ask();
}
