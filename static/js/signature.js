// Signature fields: signature_pad on the canvas, its picture into the hidden input when the form is sent. A form that comes
// back (data-again) shows the strokes that were sent with it; they are kept in this tab, and only until the next page.
(() => {
  const place = (name) => `signature:${location.pathname}:${name}`;
  const remember = (name, strokes) => {
    try {
      sessionStorage.setItem(place(name), JSON.stringify(strokes));
    } catch {
      // No storage in this browser: he signs again.
    }
  };
  const recall = (name, again) => {
    try {
      const strokes = JSON.parse(sessionStorage.getItem(place(name)) || "[]");
      sessionStorage.removeItem(place(name));
      return again ? strokes : [];
    } catch {
      return [];
    }
  };

  document.querySelectorAll("[data-signature]").forEach((field) => {
    const canvas = field.querySelector("[data-pad]");
    const hidden = field.querySelector("[data-strokes]");
    const ink = () => getComputedStyle(canvas).color;
    // Papers are white: the picture sent is always drawn in dark ink.
    const pad = new SignaturePad(canvas, { penColor: ink(), minWidth: 1, maxWidth: 3 });

    const fit = () => {
      const strokes = pad.toData();
      const ratio = Math.max(window.devicePixelRatio || 1, 1);
      canvas.width = canvas.offsetWidth * ratio;
      canvas.height = canvas.offsetHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      pad.fromData(strokes);
    };
    fit();
    window.addEventListener("resize", fit);

    const drawn = recall(hidden.name, field.hasAttribute("data-again"));
    if (drawn.length) {
      pad.fromData(drawn.map((stroke) => ({ ...stroke, penColor: ink() })));
      field.setAttribute("data-signed", "");
    }

    pad.addEventListener("endStroke", () => field.toggleAttribute("data-signed", !pad.isEmpty()));
    field.querySelector("[data-clear]").addEventListener("click", () => {
      pad.clear();
      hidden.value = "";
      field.removeAttribute("data-signed");
    });
    hidden.form.addEventListener("submit", () => {
      if (pad.isEmpty()) return;
      const strokes = pad.toData();
      remember(hidden.name, strokes);
      pad.fromData(strokes.map((stroke) => ({ ...stroke, penColor: "#16202A" })));
      hidden.value = canvas.toDataURL("image/png");
      pad.fromData(strokes);
    }, { capture: true });
  });
})();
