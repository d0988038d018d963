// The car's outline: a tap puts a mark there, the kind of damage keeps it; a tap on a mark, or on its line in the list, takes it
// up again. `Damage.start(root, add)` gives {apply, numbers}; `add` takes a change {do: "mark" | "unmark", key, …}.
window.Damage = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NEAR = 16; // units of the drawing
  const start = (root, add) => {
    const svg = root.querySelector("[data-damage] svg");
    const form = root.querySelector("[data-mark]");
    const list = root.querySelector("[data-marks]");
    const row = root.querySelector("[data-mark-row]");
    const kinds = [...form.querySelectorAll('input[name="kind"]')];
    const place = form.querySelector('select[name="item"]');
    const note = form.querySelector('input[name="note"]');
    const words = (value) => (kinds.find((kind) => kind.value === value) || { parentElement: { textContent: "" } }).parentElement.textContent.trim();
    const spots = JSON.parse(root.querySelector("[data-damage]").dataset.spots);
    const nearest = (x, y) => String(spots.reduce((best, spot) => (Math.hypot(spot[1] - x, spot[2] - y) < Math.hypot(best[1] - x, best[2] - y) ? spot : best))[0]);
    const named = (item) => (item ? [...place.options].find((option) => option.value === String(item)) : place.options[0]);
    const marks = new Map();
    let current = null; // the mark in the form; without a kind it is only a place so far

    const figure = (mark) => {
      const group = document.createElementNS(SVG, "g");
      const circle = (cls, r) => {
        const one = document.createElementNS(SVG, "circle");
        if (cls) one.setAttribute("class", cls);
        one.setAttribute("cx", mark.x);
        one.setAttribute("cy", mark.y);
        one.setAttribute("r", r);
        return one;
      };
      group.setAttribute("class", mark === current ? "mk is-now" : "mk");
      if (mark === current) group.append(circle("halo", 17));
      group.append(circle("", 11));
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", mark.x);
      text.setAttribute("y", mark.y + 4);
      text.textContent = mark.number;
      group.append(text);
      return group;
    };
    const draw = () => {
      svg.querySelectorAll(".mk").forEach((old) => old.remove());
      marks.forEach((mark) => svg.append(figure(mark)));
      if (current && !marks.has(current.key)) svg.append(figure(current));
      const none = list.querySelector("[data-none]");
      if (none) none.hidden = marks.size > 0;
      list.querySelectorAll("[data-mark-key]").forEach((line) => line.toggleAttribute("data-now", Boolean(current) && line.dataset.markKey === current.key));
      document.dispatchEvent(new CustomEvent("damage:current", { detail: current && marks.has(current.key) ? { ...current } : null }));
    };
    const line = (mark) => {
      let found = list.querySelector(`[data-mark-key="${mark.key}"]`);
      if (!found) {
        found = row.content.firstElementChild.cloneNode(true);
        found.dataset.markKey = mark.key;
        list.append(found);
      }
      found.querySelector("b").textContent = mark.number;
      const where = found.querySelector("div");
      const title = where.firstChild && where.firstChild.nodeType === Node.TEXT_NODE ? where.firstChild : where.insertBefore(new Text(""), where.firstChild);
      title.textContent = (named(mark.item) || place.options[0]).text;
      found.querySelector(":scope > span").textContent = [words(mark.kind), mark.note].filter(Boolean).join(" · ");
    };
    const next = () => Math.max(0, ...[...marks.values()].map((mark) => mark.number)) + 1;
    const fill = () => {
      kinds.forEach((kind) => { kind.checked = Boolean(current) && kind.value === current.kind; });
      place.value = current && current.item ? String(current.item) : "";
      note.value = current ? current.note : "";
    };
    const take = (mark) => { current = mark; fill(); draw(); };
    const keep = () => {
      if (!current || !current.kind) return;
      marks.set(current.key, current);
      line(current);
      draw();
      // The part counts as looked at, as it does on the server.
      const seen = document.querySelector(`input[name="item_${current.item}"][value="${current.kind}"]`);
      if (seen) seen.checked = true;
      add({ do: "mark", key: current.key, x: current.x, y: current.y, kind: current.kind, note: current.note, ...(current.item ? { item: Number(current.item) } : {}) });
    };
    const remove = (key) => {
      marks.delete(key);
      list.querySelectorAll(`[data-mark-key="${key}"]`).forEach((old) => old.remove());
      if (current && current.key === key) current = null;
      document.dispatchEvent(new CustomEvent("damage:removed", { detail: key }));
      fill();
      draw();
    };

    list.querySelectorAll("[data-mark-key]").forEach(({ dataset, children }) => {
      const number = Number(children[0].textContent);
      marks.set(dataset.markKey, { key: dataset.markKey, x: Number(dataset.x), y: Number(dataset.y), kind: dataset.kind, item: dataset.item || "", note: dataset.note, number });
    });
    svg.addEventListener("click", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const x = Math.round(Math.min(500, Math.max(0, point.x)));
      const y = Math.round(Math.min(440, Math.max(0, point.y)));
      const there = [...marks.values()].find((mark) => Math.hypot(mark.x - x, mark.y - y) <= NEAR);
      take(there || { key: window.Outbox.newKey(), x, y, kind: "", item: nearest(x, y), note: "", number: next() });
    });
    kinds.forEach((kind) => kind.addEventListener("change", () => {
      if (!current) return;
      current.kind = kind.value;
      keep();
    }));
    place.addEventListener("change", () => { if (current) { current.item = place.value || nearest(current.x, current.y); keep(); } });
    note.addEventListener("change", () => { if (current) { current.note = note.value.trim(); keep(); } });
    form.addEventListener("submit", (event) => event.preventDefault());
    list.addEventListener("submit", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const found = event.target.closest("[data-mark-key]");
      if (!found || event.target.closest("a")) return;
      const key = found.dataset.markKey;
      if (event.target.closest("[data-unmark]")) {
        event.preventDefault();
        remove(key);
        add({ do: "unmark", key });
      } else take(marks.get(key));
    });
    draw();

    return {
      // A change made before this page was shown.
      apply: (change) => {
        if (change.do === "unmark") remove(change.key);
        else {
          const mark = { number: next(), ...marks.get(change.key), ...change, item: change.item ? String(change.item) : "" };
          marks.set(change.key, mark);
          line(mark);
          draw();
        }
      },
      // No mark is taken up any more.
      leave: () => { if (current) take(null); },
      // The numbers as the server gave them.
      numbers: (given) => {
        marks.forEach((mark) => {
          if (!given[mark.key] || given[mark.key] === mark.number) return;
          mark.number = given[mark.key];
          line(mark);
        });
        draw();
      },
    };
  };
  return { start };
})();
