// Next without a connection: the page stays, with everything typed, instead of the browser's own error. Before a form goes
// out, a file of ours is asked for; when it does not come, the page says so, and goes on once the connection is back.
(() => {
  const PATIENCE = 6000; // milliseconds
  const lines = document.querySelectorAll("[data-tell]");
  const icon = document.querySelector("link[rel=icon]");
  if (!lines.length || !icon || !window.fetch) return;
  const tell = (word) => lines.forEach((line) => { line.textContent = word ? line.dataset[word] : ""; });
  let asking = false;
  let again = null; // what to press when the connection is back

  const answers = async () => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      return (await fetch(icon.href, { method: "HEAD", cache: "no-store", signal: patience.signal })).ok;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };

  document.querySelectorAll("form.c-form[method=post]").forEach((form) => {
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.reached) {
        delete form.dataset.reached;
        return;
      }
      event.preventDefault();
      if (asking) return;
      asking = true;
      const there = navigator.onLine && await answers();
      asking = false;
      again = there ? null : form;
      tell(there ? "" : "offline");
      if (!there) return;
      form.dataset.reached = "1";
      form.requestSubmit();
    });
  });

  window.addEventListener("online", () => {
    tell("");
    // Steps go on by themselves; sending the booking is pressed by a person.
    if (again && !again.querySelector("[data-challenge]")) again.requestSubmit();
    again = null;
  });
})();
