// The shell of every page: search by "/", folding menu, small menus, dialogs, toasts, the clock and promise distances.
(() => {
  const byId = (id) => document.getElementById(id);
  const shell = byId("shell");

  // "/" goes to the search box, unless somebody is typing.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && byId("q")) {
      event.preventDefault();
      byId("q").focus();
      byId("q").select();
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.sd-menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      openNav(false);
    }
  });

  // Folding menu on wide screens, remembered; drawn-out menu on phones.
  const fold = byId("fold");
  if (fold && shell) {
    fold.addEventListener("click", () => {
      const folded = shell.dataset.nav !== "folded";
      shell.dataset.nav = folded ? "folded" : "open";
      fold.setAttribute("aria-pressed", String(folded));
      document.cookie = `nav=${shell.dataset.nav}; path=/; max-age=31536000; samesite=lax`;
    });
  }
  const navButton = byId("navbtn");
  function openNav(open) {
    if (!shell || !navButton) return;
    const was = shell.hasAttribute("data-drawn");
    shell.toggleAttribute("data-drawn", open);
    navButton.setAttribute("aria-expanded", String(open));
    if (open) shell.querySelector(".sd-nav a").focus();
    else if (was) navButton.focus();
  }
  if (navButton) navButton.addEventListener("click", () => openNav(!shell.hasAttribute("data-drawn")));

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.sd-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (shell && shell.hasAttribute("data-drawn") && !event.target.closest("#nav, #navbtn")) openNav(false);
    const opener = event.target.closest("[data-dialog]");
    if (opener) byId(opener.dataset.dialog).showModal();
    const closer = event.target.closest("dialog [data-close]");
    if (closer) closer.closest("dialog").close();
  });

  // Good news leaves after 6 seconds, not while it is pointed at or focused.
  const dismiss = (toast) => {
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    ["mouseenter", "focusin"].forEach((name) => toast.addEventListener(name, stop));
    ["mouseleave", "focusout"].forEach((name) => toast.addEventListener(name, start));
    start();
  };
  document.querySelectorAll("[data-toast]").forEach(dismiss);

  // A table wider than a phone scrolls by itself: reachable by keyboard too.
  const reach = () => document.querySelectorAll(".sd-table").forEach((table) => {
    if (table.scrollWidth > table.clientWidth + 1) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  });
  reach();
  window.addEventListener("resize", reach);

  // What must be read first gets the focus: error summary, refusal.
  const first = document.querySelector("[data-focus]");
  if (first) first.focus();

  // The clock and the distances of promises tick by the server's clock.
  const clock = document.querySelector("[data-clock]");
  const drift = clock ? new Date(clock.dataset.now).getTime() - Date.now() : 0;
  const words = document.body.dataset;
  const fill = (text, values) => text.replace(/%\((\w+)\)[ds]/g, (_, key) => values[key]);
  const length = (minutes) => {
    const hours = Math.floor(minutes / 60) % 24;
    const rest = minutes % 60;
    if (minutes >= 24 * 60) return fill(hours ? words.dayAnd : words.day, { hours });
    return fill(hours ? (rest ? words.both : words.hours) : words.minutes, { hours, minutes: rest });
  };
  const tick = () => {
    const present = Date.now() + drift;
    if (clock) {
      clock.textContent = new Intl.DateTimeFormat("en-GB", {
        hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone,
      }).format(present);
    }
    document.querySelectorAll("time[data-due]").forEach((due) => {
      const left = (new Date(due.dateTime).getTime() - present) / 60000;
      const mark = due.closest(".sd-promise").querySelector(".sd-left");
      if (Math.abs(left) >= 2 * 24 * 60 || !mark) return;
      mark.textContent = fill(left >= 0 ? words.left : words.over, { time: length(Math.floor(Math.abs(left))) });
    });
    document.querySelectorAll("[data-since]").forEach((since) => {
      const gone = Math.max(0, (present - new Date(since.dataset.since).getTime()) / 60000);
      if (gone < 2 * 24 * 60) since.textContent = length(Math.floor(gone));
    });
  };
  if (clock || document.querySelector("time[data-due], [data-since]")) {
    tick();
    setInterval(tick, 15000);
  }
})();
