// Proof of work: a worker solves the page's challenge while it is read; the solution goes out with the form. Who is faster
// than the worker sees one line and need not press again.
(() => {
  const field = document.querySelector("input[data-challenge]");
  if (!field) return;
  const { form } = field;
  const lines = document.querySelectorAll("[data-tell]");
  const tell = (word) => lines.forEach((line) => { line.textContent = word ? line.dataset[word] : ""; });
  let failed = !window.Worker || !window.crypto?.subtle; // an old browser, or a site without HTTPS
  let pressed = false;

  form.addEventListener("submit", (event) => {
    if (field.value || event.defaultPrevented) return;
    event.preventDefault();
    pressed = true;
    tell(failed ? "unproven" : "checking");
  });
  if (failed) return;

  const challenge = JSON.parse(field.dataset.challenge);
  const worker = new Worker(field.dataset.worker);
  worker.onerror = () => {
    failed = true;
    tell(pressed ? "unproven" : "");
  };
  worker.onmessage = ({ data }) => {
    worker.terminate();
    if (!data || data.error) {
      worker.onerror();
      return;
    }
    field.value = btoa(JSON.stringify({ challenge, solution: data }));
    field.dataset.took = data.time;
    tell("");
    if (pressed) form.requestSubmit();
  };
  worker.postMessage({ type: "work", challenge });
})();
