// The customer's estimate: counts the answers given while he decides. The server counts again.
(() => {
  const said = document.querySelector("[data-said]");
  if (!said) return;
  const count = () => {
    const groups = [...document.querySelectorAll(".c-yesno")];
    const yes = groups.filter((group) => group.querySelector('input[value="approve"]:checked')).length;
    const no = groups.filter((group) => group.querySelector('input[value="decline"]:checked')).length;
    const values = { yes, no, open: groups.length - yes - no };
    said.textContent = said.dataset.words.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  };
  document.addEventListener("change", count);
  count();
})();
