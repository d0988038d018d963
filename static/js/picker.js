// A long list of choices with a box that narrows it: by words in any order; what is chosen stays in sight.
// Down leaves the box for the list, Enter takes the first that fits, Escape empties the box. The list is one stop of the
// Tab key, as a group of radio buttons is by itself; arrows move in it.
(() => {
  document.querySelectorAll("[data-picker]").forEach((picker) => {
    const find = picker.querySelector("[data-find]");
    const none = picker.querySelector("[data-none]");
    const options = [...picker.querySelectorAll("[data-option]")];
    const systems = [...picker.querySelectorAll("[data-system]")];
    const words = new Map(options.map((option) => [option, option.textContent.toLowerCase()]));
    const narrow = () => {
      const asked = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      let fit = 0;
      options.forEach((option) => {
        const fits = asked.every((word) => words.get(option).includes(word));
        fit += fits;
        option.hidden = !fits && !option.querySelector("input").checked;
      });
      systems.forEach((system) => { system.hidden = ![...system.querySelectorAll("[data-option]")].some((option) => !option.hidden); });
      none.hidden = fit > 0;
      if (seen().length && !seen().some((box) => box.tabIndex === 0)) stop(seen()[0]);
    };
    const boxes = options.map((option) => option.querySelector("input"));
    const several = boxes.some((box) => box.type === "checkbox");
    const stop = (box) => { if (several) boxes.forEach((other) => { other.tabIndex = other === box ? 0 : -1; }); };
    const seen = () => boxes.filter((box) => !box.closest("[data-option]").hidden);
    stop(boxes.find((box) => box.checked) || boxes[0]);
    picker.addEventListener("focusin", (event) => { if (boxes.includes(event.target)) stop(event.target); });
    picker.addEventListener("keydown", (event) => {
      const at = seen().indexOf(event.target);
      if (!several || at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      const next = seen()[at + (event.key === "ArrowDown" ? 1 : -1)];
      (next || find).focus();
    });
    find.hidden = false;
    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => {
      const first = options.find((option) => !option.hidden && words.get(option).includes(find.value.trim().toLowerCase().split(/\s+/)[0]));
      if (event.key === "Escape" && find.value) {
        find.value = "";
        narrow();
        event.preventDefault();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (find.value && first) first.querySelector("input").click();
      } else if (event.key === "ArrowDown" && first) {
        event.preventDefault();
        first.querySelector("input").focus();
      }
    });
    picker.addEventListener("change", narrow);
  });
})();
