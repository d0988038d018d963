// window.shrinkPhoto(file): a promise of the picture as it will be sent: upright, at most 1600 px and 350 kB, JPEG, without
// metadata. Work is done in a worker (this same file) where the browser has OffscreenCanvas, else on the page. What the
// browser cannot read (HEIC outside Safari) is handed back as it is: the server reads it, or says what to do.
// A file field with data-shrink has what is chosen in it shrunk before its form goes out.
(() => {
  const SIDE = 1600;
  const BYTES = 350_000; // below what is kept (400 kB): the server writes it anew
  const QUALITIES = [0.84, 0.76, 0.66, 0.54];
  const onPage = typeof document !== "undefined";

  const canvasOf = (width, height) => {
    if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
    return Object.assign(document.createElement("canvas"), { width, height });
  };
  const written = (canvas, quality) =>
    canvas.convertToBlob
      ? canvas.convertToBlob({ type: "image/jpeg", quality })
      : new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });

  const shrink = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    try {
      let scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      for (;;) {
        const canvas = canvasOf(Math.max(8, Math.round(picture.width * scale)), Math.max(8, Math.round(picture.height * scale)));
        const brush = canvas.getContext("2d", { alpha: false });
        brush.fillStyle = "#fff";
        brush.fillRect(0, 0, canvas.width, canvas.height);
        brush.imageSmoothingQuality = "high";
        brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
        for (const quality of QUALITIES) {
          const blob = await written(canvas, quality);
          if (!blob) throw new Error("no picture");
          if (blob.size <= BYTES) return blob;
        }
        scale *= 0.75;
      }
    } finally {
      picture.close();
    }
  };

  if (!onPage) {
    self.onmessage = async ({ data }) => {
      try {
        self.postMessage({ id: data.id, blob: await shrink(data.file) });
      } catch {
        self.postMessage({ id: data.id });
      }
    };
    return;
  }

  const address = document.currentScript.src;
  const waiting = new Map();
  let worker = null;
  let workers = typeof OffscreenCanvas !== "undefined" && Boolean(window.Worker);
  let last = 0;

  const here = (file) => shrink(file).catch(() => file);
  const start = () => {
    worker = new Worker(address);
    worker.onmessage = ({ data }) => {
      const [file, done] = waiting.get(data.id);
      waiting.delete(data.id);
      done(data.blob || file);
    };
    worker.onerror = () => { // it could not be loaded, or has died: the page does what is open
      workers = false;
      const open = [...waiting.values()];
      waiting.clear();
      open.forEach(([file, done]) => done(here(file)));
    };
  };

  window.shrinkPhoto = (file) => {
    if (!window.createImageBitmap) return Promise.resolve(file);
    if (workers && !worker) start();
    if (!workers) return here(file);
    return new Promise((done) => {
      last += 1;
      waiting.set(last, [file, done]);
      worker.postMessage({ id: last, file });
    });
  };

  const shrinking = new WeakMap(); // form → when its pictures are small
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("input[type=file][data-shrink]") || !window.DataTransfer) return;
    shrinking.set(target.form, (async () => {
      const small = new DataTransfer();
      for (const file of [...target.files]) {
        const blob = await window.shrinkPhoto(file);
        small.items.add(blob === file ? file : new File([blob], "photo.jpg", { type: blob.type }));
      }
      target.files = small.files;
      shrinking.delete(target.form);
    })());
  });
  document.addEventListener("submit", (event) => {
    const ready = shrinking.get(event.target);
    if (!ready) return;
    event.preventDefault();
    const { submitter } = event;
    ready.then(() => event.target.requestSubmit(submitter));
  }, { capture: true });
})();
