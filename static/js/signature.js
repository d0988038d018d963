// Signature fields: signature_pad on the canvas, its picture into the hidden input when the form is sent.
(() => {
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

    pad.addEventListener("endStroke", () => field.toggleAttribute("data-signed", !pad.isEmpty()));
    field.querySelector("[data-clear]").addEventListener("click", () => {
      pad.clear();
      hidden.value = "";
      field.removeAttribute("data-signed");
    });
    hidden.form.addEventListener("submit", () => {
      if (pad.isEmpty()) return;
      const strokes = pad.toData();
      pad.fromData(strokes.map((stroke) => ({ ...stroke, penColor: "#16202A" })));
      hidden.value = canvas.toDataURL("image/png");
      pad.fromData(strokes);
    }, { capture: true });
  });
})();
