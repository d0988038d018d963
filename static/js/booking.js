// Booking by telephone without the mouse. Down or Enter leaves the caller's number for those who fit; arrows move among
// them, Escape goes back. Who is chosen fills the form in place, and the first thing still missing gets the focus.
// A group of tick boxes (data-arrows) is one stop of the Tab key; arrows move in it.
(() => {
  const caller = document.getElementById("caller");
  const booking = document.getElementById("booking");
  if (!caller || !booking) return;
  const choices = () => [...document.querySelectorAll("[data-caller]")];
  let wanted = false;
  let asking = false;

  caller.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && caller.value) {
      caller.value = "";
      htmx.trigger(caller, "find");
      event.preventDefault();
    }
    if (event.isComposing || !["ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault(); // Enter never sends anything from here
    if (!asking && choices().length) choices()[0].focus();
    else wanted = Boolean(caller.value);
  });
  caller.addEventListener("input", () => { asking = Boolean(caller.value.trim()); wanted = false; });

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest && event.target.closest("[data-caller]");
    if (!link) return;
    const at = choices().indexOf(link);
    if (event.key === "Escape") caller.focus();
    else if (event.key === "ArrowDown") (choices()[at + 1] || link).focus();
    else if (event.key === "ArrowUp") (choices()[at - 1] || caller).focus();
    else return;
    event.preventDefault();
  });

  const shown = (field) => field.offsetParent !== null;
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "callers") {
      asking = false;
      if (wanted && choices().length) choices()[0].focus();
      wanted = false;
    }
    if (event.detail.target.id !== "who") return;
    document.getElementById("callers").replaceChildren();
    caller.value = "";
    const missing = [...booking.querySelectorAll("#who [required]")].find((field) => !field.value && shown(field));
    (missing || document.getElementById("id_concern")).focus();
  });

  booking.querySelectorAll("[data-arrows]").forEach((group) => {
    const boxes = [...group.querySelectorAll("input")];
    const stop = (box) => boxes.forEach((other) => { other.tabIndex = other === box ? 0 : -1; });
    stop(boxes.find((box) => box.checked) || boxes[0]);
    group.addEventListener("focusin", (event) => { if (boxes.includes(event.target)) stop(event.target); });
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const at = boxes.indexOf(event.target);
      if (!step || at < 0) return;
      event.preventDefault();
      boxes[(at + step + boxes.length) % boxes.length].focus();
    });
  });
})();
