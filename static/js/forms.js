// Forms: sent once (the server refuses repeats too: request_key), chosen files counted, a bad verdict opens its reason.
(() => {
  // A drawn signature waits in this tab for its own form to come back (signature.js), and for nothing else.
  if (!document.querySelector("[data-signature][data-again]")) {
    try {
      Object.keys(sessionStorage).filter((name) => name.startsWith("signature:")).forEach((name) => sessionStorage.removeItem(name));
    } catch {
      // No storage in this browser.
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // After the browser has read the form: a disabled button would not send its own name and value.
    setTimeout(() => {
      const outside = form.id ? document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`) : [];
      [...form.querySelectorAll("button:not([type=button])"), ...outside].forEach((button) => {
        if (button.disabled) return;
        button.disabled = true;
        button.dataset.guarded = "1";
        button.setAttribute("aria-busy", "true");
      });
    });
  });

  const free = (form) => {
    delete form.dataset.sent;
    const outside = form.id ? document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`) : [];
    [...form.querySelectorAll("[data-guarded]"), ...outside].forEach((button) => {
      if (!button.dataset.guarded) return;
      button.disabled = false;
      button.removeAttribute("aria-busy");
      delete button.dataset.guarded;
    });
  };
  // Back from the history, or answered by htmx in place: usable again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) free(form);
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-files]")) {
      const words = input.parentElement.querySelector("[data-count]");
      if (words && input.files.length) words.textContent = `${input.files.length} ${words.dataset.count}`;
    }
    const item = input.closest("[data-item]");
    if (item && input.type === "radio") {
      const tone = input.closest("label").dataset.v;
      const why = item.querySelector(".why input, .why textarea");
      if ((tone === "red" || tone === "amber") && why && !why.value) why.focus();
    }
    if (input.form && input.matches("[data-autosubmit]")) input.form.requestSubmit();
  });
})();
