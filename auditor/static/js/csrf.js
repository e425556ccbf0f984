// The token that a request of our own carries, as a form does.

export function headers() {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  return { "X-CSRFToken": token, "X-Requested-With": "fetch", Accept: "application/json" };
}
