// What somebody typed on a page stays when he changes the language there: kept in this tab until the page is back.
(() => {
  const form = document.querySelector("form.c-form");
  const languages = document.querySelector("form.c-langs");
  if (!form || !languages) return;
  const key = `typed:${location.pathname}`;
  const OTHERS = ["hidden", "file", "password", "submit", "button"];
  const fields = () => [...form.elements].filter((field) => field.name && !OTHERS.includes(field.type));
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";

  try {
    const kept = JSON.parse(sessionStorage.getItem(key) || "[]");
    sessionStorage.removeItem(key);
    kept.forEach(([name, value, state]) => {
      const field = fields().find((one) => one.name === name && (!ticks(one) || one.value === value));
      if (field && ticks(field)) field.checked = state;
      else if (field) field.value = value;
    });
  } catch {
    return; // storage is switched off: the page works as it does without script
  }

  languages.addEventListener("submit", () => {
    const typed = fields().map((field) => [field.name, field.value, Boolean(field.checked)]);
    sessionStorage.setItem(key, JSON.stringify(typed));
  });
})();
