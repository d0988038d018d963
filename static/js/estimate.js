// The customer's decision: a yes to one of several alternatives turns the others to no, and on his own page the answers are
// counted while he decides. The server counts again.
(() => {
  const answered = (group, value) => group.querySelector(`input[value="${value}"]:checked`);
  const groups = [...document.querySelectorAll("[data-group]")];
  document.addEventListener("change", (event) => {
    if (event.target.type !== "radio" || event.target.value !== "approve") return;
    const own = event.target.closest("[data-group]");
    if (!own) return;
    groups.filter((other) => other !== own && other.dataset.group === own.dataset.group).forEach((other) => {
      const no = other.querySelector('input[value="decline"]');
      if (no) no.checked = true;
    });
  });
  const said = document.querySelector("[data-said]");
  if (!said) return;
  const count = () => {
    const yes = groups.filter((group) => answered(group, "approve")).length;
    const no = groups.filter((group) => answered(group, "decline")).length;
    const later = groups.filter((group) => answered(group, "defer")).length;
    const values = { yes, no, later, open: groups.length - yes - no - later };
    said.textContent = said.dataset.words.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  };
  document.addEventListener("change", count);
  count();
})();
