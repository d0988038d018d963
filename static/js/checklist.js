// Check lists: count what is answered, and keep the taps on this device until the report is signed.
(() => {
  const form = document.querySelector("form[data-checklist]");
  if (!form) return;
  const key = `checklist:${form.dataset.draft}`;
  const kept = [...form.elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type));

  const answered = (scope) => {
    const groups = [...scope.querySelectorAll('[role="radiogroup"]')];
    return [groups.filter((group) => group.querySelector(":checked")).length, groups.length];
  };
  const count = () => {
    form.querySelectorAll("[data-count-of]").forEach((mark) => {
      mark.textContent = answered(document.getElementById(mark.dataset.countOf)).join("/");
    });
    const [done, all] = answered(form);
    document.querySelectorAll("[data-missing-count]").forEach((mark) => {
      mark.textContent = done < all ? mark.dataset.words.replace("{n}", all - done) : "";
    });
  };
  const save = () => {
    const values = {};
    kept.forEach((field) => {
      if (field.type !== "radio" || field.checked) values[field.name] = field.value;
    });
    try {
      sessionStorage.setItem(key, JSON.stringify(values));
    } catch {
      // No room or not allowed: the page works all the same.
    }
  };
  const restore = () => {
    let values = {};
    try {
      values = JSON.parse(sessionStorage.getItem(key) || "{}");
    } catch {
      return;
    }
    kept.forEach((field) => {
      if (!(field.name in values)) return;
      if (field.type === "radio") field.checked = field.value === values[field.name];
      else if (!field.value) field.value = values[field.name];
    });
  };
  if (!form.querySelector(":checked")) restore();
  count();
  form.addEventListener("change", () => {
    count();
    save();
  });
})();
