// What somebody types on a page stays in this tab: through a change of language, a reload, the way back, a lost connection.
// It goes when the form was sent (a page with data-typed-done), and when the booking is begun anew (another data-draft).
(() => {
  const PREFIX = "typed:";
  const BEGUN = "typed-draft";
  const key = PREFIX + location.pathname;
  const form = document.querySelector("form.c-form");
  const OTHERS = ["hidden", "file", "password", "submit", "button"];
  const fields = () => [...form.elements].filter((field) => field.name && !OTHERS.includes(field.type));
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";
  const forget = () => {
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => sessionStorage.removeItem(name));
  };
  const keep = () => {
    const typed = fields().filter((field) => field.id !== "id_website");
    sessionStorage.setItem(key, JSON.stringify(typed.map((field) => [field.name, field.value, Boolean(field.checked)])));
  };

  try {
    if (document.querySelector("[data-typed-done]")) forget();
    if (!form) return;
    const begun = form.dataset.draft;
    if (begun && begun !== sessionStorage.getItem(BEGUN)) {
      forget();
      sessionStorage.setItem(BEGUN, begun);
    }
    JSON.parse(sessionStorage.getItem(key) || "[]").forEach(([name, value, state]) => {
      const field = fields().find((one) => one.name === name && (!ticks(one) || one.value === value));
      if (field && ticks(field)) field.checked = state;
      else if (field) field.value = value;
    });
    ["input", "change"].forEach((event) => form.addEventListener(event, keep));
  } catch {
    // storage is switched off: the page works as it does without script
  }
})();
