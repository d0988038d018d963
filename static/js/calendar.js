// The calendar by drag: a booking's card onto a free place, or onto a day of the strip. It only chooses; the page that opens
// asks before anything is moved. With a mouse the whole card is taken hold of, with a finger its grip. Escape lets go.
// Without script, and by keyboard, "Move" on the card and "Move here" on a free place do the same.
(() => {
  const FAR_ENOUGH = 6; // pixels: less is a click
  const EDGE = 60; // pixels from the window's edge where the page begins to scroll
  let held = null;

  const target = (x, y) => {
    const under = document.elementFromPoint(x, y);
    return under && under.closest("td[data-free], a[data-day]");
  };
  const mark = (place) => {
    if (held.over === place) return;
    if (held.over) held.over.classList.remove("is-target");
    if (place) place.classList.add("is-target");
    held.over = place;
  };
  const lift = () => {
    held.ghost = held.card.cloneNode(true);
    held.ghost.classList.add("sd-ghost");
    held.ghost.removeAttribute("data-card");
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.style.width = `${held.card.offsetWidth}px`;
    document.body.append(held.ghost);
    held.card.classList.add("is-lifted");
    document.querySelectorAll("[data-calendar]").forEach((table) => table.classList.add("is-choosing"));
  };
  const release = () => {
    if (!held) return;
    mark(null);
    if (held.ghost) held.ghost.remove();
    held.card.classList.remove("is-lifted");
    document.querySelectorAll("[data-calendar]").forEach((table) => table.classList.remove("is-choosing"));
    held = null;
  };
  const choose = (card, place) => {
    const address = new URL(place.dataset.day ? place.href : place.closest("[data-calendar]").dataset.calendar, location.href);
    address.searchParams.set("move", card.dataset.card);
    if (place.dataset.free) {
      address.searchParams.set("date", place.dataset.free.slice(0, 10));
      address.searchParams.set("to", place.dataset.free);
    }
    location.assign(address);
  };

  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-card]");
    const grip = event.target.closest("[data-grip]");
    if (!card || event.button !== 0 || (event.pointerType === "touch" && !grip)) return;
    held = { card, x: event.clientX, y: event.clientY, id: event.pointerId, over: null, ghost: null };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.id) return;
    if (!held.ghost) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR_ENOUGH) return;
      lift();
    }
    event.preventDefault();
    held.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
    if (event.clientY < EDGE) window.scrollBy(0, -12);
    else if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, 12);
    mark(target(event.clientX, event.clientY));
  });
  document.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.id) return;
    const { card, over, ghost } = held;
    if (ghost) {
      // The click that follows a drag opens nothing.
      const swallow = (click) => { click.preventDefault(); click.stopPropagation(); };
      document.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
    }
    release();
    if (ghost && over) choose(card, over);
  });
  document.addEventListener("pointercancel", release);
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest("[data-card]")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") release();
  });
})();
