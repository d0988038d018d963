// Strips of photos ([data-photos], templates/reception/_photos.html): a tile at once for each picture chosen, shrunk (shrink.js),
// then handed on by the event "photo:add" {key, mark, item, blob, url}. Who sends it (outbox.js) tells the strip what becomes of
// it by "photo:waiting" {key}, "photo:sending" {key}, "photo:kept" {key, thumb, full} or "photo:refused" {key, reasons};
// "photo:show" {key, mark, item, blob} puts back a tile that an older page does not show, "photo:remove" {key, kept} asks to
// forget one that is still waiting.
(() => {
  const tell = (name, detail, where = document) =>
    where.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  const tileOf = (key) => document.querySelector(`[data-photo="${CSS.escape(key)}"]`);
  const { newKey } = window.Outbox;
  const stripOf = ({ mark, item }) =>
    [...document.querySelectorAll("[data-photos]")].find(
      (strip, _place, all) => all.length === 1 || ((strip.dataset.mark || "") === (mark || "") && (strip.dataset.item || "") === String(item || "")),
    );

  // Tiles.
  const shown = (tile, state, word) => {
    tile.dataset.state = state;
    tile.setAttribute("aria-busy", String(state === "waiting" || state === "sending"));
    const strip = tile.closest("[data-photos]");
    const words = word ?? strip.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`];
    tile.querySelector("figcaption").textContent = words;
    strip.querySelector("[data-photo-status]").textContent = words;
  };
  const picture = (tile, blob) => {
    const image = tile.querySelector("img");
    if (tile.dataset.local) URL.revokeObjectURL(tile.dataset.local);
    const url = URL.createObjectURL(blob);
    tile.dataset.local = url;
    image.onerror = () => { image.hidden = true; }; // HEIC that this browser cannot show
    image.hidden = false;
    image.src = url;
    tile.querySelector("a").href = url;
  };
  const add = (strip, key, blob) => {
    const tile = strip.querySelector("[data-photo-tile]").content.firstElementChild.cloneNode(true);
    tile.dataset.photo = key;
    picture(tile, blob);
    strip.insertBefore(tile, strip.querySelector("[data-photo-form]"));
    shown(tile, "sending");
    return tile;
  };
  const drop = (key) => {
    document.querySelectorAll(`[data-photo-why="${CSS.escape(key)}"]`).forEach((row) => row.remove());
    const tile = tileOf(key);
    if (!tile) return;
    if (tile.dataset.local) URL.revokeObjectURL(tile.dataset.local);
    tile.remove();
  };
  const refused = (key, reasons) => {
    const tile = tileOf(key);
    if (!tile) return;
    shown(tile, "refused");
    const strip = tile.closest("[data-photos]");
    const row = strip.querySelector("[data-photo-refusal]").content.firstElementChild.cloneNode(true);
    row.dataset.photoWhy = key;
    row.querySelector("[data-why]").textContent = reasons.join(" ");
    row.querySelector("[data-again]").addEventListener("click", () => {
      drop(key);
      strip.querySelector('input[type="file"]').click();
    });
    strip.append(row);
    strip.querySelector("[data-photo-status]").textContent = row.textContent;
  };

  // Choosing: one picture after the other, so that a phone's memory holds one large picture at a time.
  let before = Promise.resolve();
  document.addEventListener("change", (event) => {
    const input = event.target.closest?.('[data-photos] input[type="file"]');
    if (!input) return;
    const strip = input.closest("[data-photos]");
    const { mark = "", item = "" } = strip.dataset;
    [...input.files].forEach((file) => {
      const key = newKey();
      add(strip, key, file);
      before = before.then(async () => {
        const blob = await window.shrinkPhoto(file);
        const tile = tileOf(key);
        if (!tile) return; // removed meanwhile
        if (blob !== file) picture(tile, blob);
        const photo = { key, mark, item, blob, url: strip.querySelector("[data-photo-form]").action };
        tell("photo:add", photo, strip);
      });
    });
    input.value = "";
  });

  // What became of it.
  document.addEventListener("photo:show", ({ detail }) => {
    const strip = stripOf(detail);
    if (strip && detail.blob && !tileOf(detail.key)) shown(add(strip, detail.key, detail.blob), "waiting");
  });
  ["waiting", "sending"].forEach((state) => document.addEventListener(`photo:${state}`, ({ detail }) => {
    const tile = tileOf(detail.key);
    if (tile) shown(tile, state);
  }));
  document.addEventListener("photo:kept", ({ detail }) => {
    if (unwanted.has(detail.key)) takeOff(unwanted.get(detail.key), detail.key).catch(() => {});
    const tile = tileOf(detail.key);
    if (!tile) return;
    shown(tile, "kept", "");
    tile.querySelector("a").href = detail.full;
    const image = tile.querySelector("img");
    if (image.hidden) Object.assign(image, { hidden: false, src: detail.thumb });
  });
  document.addEventListener("photo:refused", ({ detail }) => refused(detail.key, detail.reasons));

  // Removing. One that is on its way goes when it has arrived. In the capture phase: before forms.js takes it for a form sent.
  const unwanted = new Map();
  const takeOff = async (form, key) => {
    const data = new FormData(form);
    data.set("request_key", newKey());
    const url = form.dataset.action ? form.dataset.action.replace(form.dataset.key, key) : form.action;
    const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" } });
    return (answer.headers.get("Content-Type") || "").includes("json") ? answer.json() : {};
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const tile = form.closest("[data-photo]");
    if (!tile) return;
    event.preventDefault();
    const key = tile.dataset.photo;
    const strip = tile.closest("[data-photos]");
    const kept = tile.dataset.state === "kept";
    if (!tell("photo:remove", { key, kept }, tile) || !kept) {
      if (!kept) unwanted.set(key, form);
      drop(key);
      return;
    }
    try {
      const said = await takeOff(form, key);
      if (said.key) drop(key);
      else refused(key, said.reasons ? said.reasons.map((reason) => reason.text) : [strip.dataset.sayClosed]);
    } catch {
      shown(tile, "kept", strip.dataset.sayOffline);
    }
  }, { capture: true });
})();
