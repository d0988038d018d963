// The joint inspection on the tablet: one group at a time, each tap a change that goes through the outbox, counts at once.
(async () => {
  const root = document.querySelector("[data-inspection]");
  if (!root) return;
  const form = document.getElementById("items");
  const state = document.querySelector("[data-outbox]");
  const tabs = [...form.querySelectorAll("[data-tab]")];
  const links = [...root.querySelectorAll("[data-to]")];
  const nextButton = document.querySelector("[data-next]");
  const { order, user, render, save, sign, worker } = root.dataset;
  const token = form.querySelector('[name="csrfmiddlewaretoken"]').value;
  document.documentElement.classList.add("has-script");

  // One group at a time.
  const keys = tabs.map((tab) => tab.dataset.tab);
  const label = (key) => links.find((link) => link.dataset.to === key).firstElementChild.firstChild.textContent.trim();
  let at = keys[0];
  const show = (key) => {
    at = keys.includes(key) ? key : keys[0];
    tabs.forEach((tab) => { tab.hidden = tab.dataset.tab !== at; });
    links.forEach((link) => (link.dataset.to === at ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    const following = keys[keys.indexOf(at) + 1];
    nextButton.textContent = following ? nextButton.dataset.words.replace("%(group)s", label(following)) : nextButton.dataset.last;
    root.dataset.at = at;
    document.dispatchEvent(new CustomEvent("inspection:group"));
  };
  const go = (key) => { history.replaceState(null, "", `#${key}`); show(key); };
  links.forEach((link) => link.addEventListener("click", (event) => { event.preventDefault(); go(link.dataset.to); }));
  window.addEventListener("hashchange", () => show(location.hash.slice(1)));
  show(location.hash.slice(1));

  // What is open, counted here: it must be right without a connection, too.
  const chosen = (item) => item.querySelector("input[type=radio]:checked");
  const dial = (name) => form.elements[name];
  const dialOpen = () => ["odometer", "fuel", "charge"].filter((name) => dial(name) && !dial(name).value.trim()).length;
  const count = () => {
    let left = dialOpen();
    tabs.forEach((tab) => {
      const counter = links.find((link) => link.dataset.to === tab.dataset.tab).querySelector("[data-counter]");
      if (tab.dataset.tab === "points") {
        const found = [...tab.querySelectorAll("[data-point]")].filter(chosen).length;
        if (found) counter.textContent = found;
        return;
      }
      if (!("asked" in tab.dataset)) return;
      const items = [...tab.querySelectorAll("[data-required]")];
      const lights = tab.querySelector("[data-lights]");
      const asked = items.length + (lights ? 1 : 0);
      const done = items.filter(chosen).length + (lights && lights.querySelector(":checked") ? 1 : 0);
      if (asked) counter.textContent = `${done}/${asked}`;
      left += asked - done;
    });
    const words = document.querySelector("[data-unseen]");
    words.textContent = left ? words.dataset.words.replace("%(n)s", left) : words.dataset.done;
    words.classList.toggle("sd-amber", left > 0);
  };

  // The colour that a measured value gives: the same limits as the server's.
  const bound = (text) => (text === "" ? null : Number(text));
  const within = (value, from, to) => (from === null || value >= from) && (to === null || value <= to) && (from !== null || to !== null);
  const colour = ({ dataset }, text) => {
    const value = Number(text.replace(",", "."));
    if (!text.trim() || Number.isNaN(value)) return "";
    if (within(value, bound(dataset.greenFrom), bound(dataset.greenTo))) return "green";
    return within(value, bound(dataset.amberFrom), bound(dataset.amberTo)) ? "amber" : "red";
  };

  const box = await window.Outbox.open({ order, user, render: Number(render), save, token });
  const damage = window.Damage.start(root, (change) => { box.add(change); count(); });

  const itemChange = (item) => {
    const choice = chosen(item);
    const note = item.querySelector(".why input");
    return { do: "item", item: Number(item.dataset.item), value: choice ? choice.value : "", note: note ? note.value : "" };
  };
  const pointChange = (item) => {
    const choice = chosen(item);
    const value = item.querySelector('input[name^="value_"]');
    const note = item.querySelector(".why input");
    return { do: "point", item: Number(item.dataset.point), verdict: choice ? choice.value : "", value: value ? value.value : "", note: note ? note.value : "" };
  };
  const lightsChange = () => ({ do: "lights", value: [...form.querySelectorAll('[name="lights"]:checked')].map((box_) => box_.value) });
  const changeOf = (field) => {
    const point = field.closest("[data-point]");
    const item = field.closest("[data-item]");
    const text = field.closest("[data-text]");
    if (field.name === "sure") return field.checked ? { do: "odometer", value: dial("odometer").value, sure: true } : null;
    if (field.name === "odometer") return { do: "odometer", value: field.value };
    if (["fuel", "charge", "keys"].includes(field.name)) return field.value.trim() ? { do: field.name, value: field.value.trim() } : null;
    if (field.name === "lights") {
      if (field.checked) form.querySelectorAll('[name="lights"]').forEach((other) => { if ((other.value === "none") !== (field.value === "none")) other.checked = false; });
      return lightsChange();
    }
    if (field.name === "note") return { do: "note", value: field.value };
    if (point) {
      if (field.name.startsWith("value_") && "measured" in point.dataset) {
        const found = colour(point, field.value);
        point.querySelectorAll("input[type=radio]").forEach((radio) => { radio.checked = radio.value === found; });
      }
      return pointChange(point);
    }
    if (text) return { do: "item", item: Number(text.dataset.text), value: field.value, note: "" };
    return item ? itemChange(item) : null;
  };
  const quiet = (name) => {
    const field = form.querySelector(`[data-dial="${name}"]`);
    if (!field) return;
    field.removeAttribute("data-bad");
    field.querySelectorAll("[data-why], [data-sure]").forEach((part) => { part.hidden = true; });
  };
  form.addEventListener("change", (event) => {
    const change = changeOf(event.target);
    if (change && ["odometer", "fuel", "charge", "keys"].includes(change.do)) quiet(change.do);
    if (event.target.name === "odometer" && dial("sure")) dial("sure").checked = false;
    count();
    if (change) box.add(change);
  });
  // Half a sentence is not lost when the tablet is put down.
  let typing;
  form.addEventListener("input", (event) => {
    if (event.target.type === "radio" || event.target.type === "checkbox" || event.target.name === "odometer") return;
    clearTimeout(typing);
    typing = setTimeout(() => { const change = changeOf(event.target); if (change) box.add(change); count(); }, 1200);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); event.target.blur(); } });

  document.querySelector("[data-all-good]").addEventListener("click", () => {
    const tab = tabs.find((one) => one.dataset.tab === at);
    tab.querySelectorAll("[data-item]:not([data-measured])").forEach((item) => {
      if (chosen(item)) return;
      const good = item.querySelector('[data-v="green"] input') || item.querySelector('[data-v="na"] input');
      if (!good) return;
      good.checked = true;
      box.add("point" in item.dataset ? pointChange(item) : itemChange(item));
    });
    const lights = tab.querySelector("[data-lights]");
    if (lights && !lights.querySelector(":checked")) {
      lights.querySelector('[value="none"]').checked = true;
      box.add(lightsChange());
    }
    count();
  });

  let leaving = false;
  const leave = async () => {
    if (await box.waiting()) {
      leaving = true;
      nextButton.textContent = nextButton.dataset.wait;
      box.send();
    } else location.assign(sign);
  };
  nextButton.addEventListener("click", (event) => {
    event.preventDefault();
    if (document.activeElement) document.activeElement.blur();
    const following = keys[keys.indexOf(at) + 1];
    if (following) {
      go(following);
      window.scrollTo({ top: 0 });
    } else leave();
  });

  // What the foot says about it.
  const icon = state.querySelector("[data-outbox-icon]");
  const text = state.querySelector("[data-outbox-text]");
  document.addEventListener("outbox", ({ detail }) => {
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    icon.hidden = detail.state !== "saved";
    state.classList.toggle("sd-amber", !["saved", "sending"].includes(detail.state));
    const words = !detail.kept && detail.state === "offline" ? state.dataset.unkept : state.dataset[detail.state] || "";
    const sentence = words.replace("%(time)s", time).replace("%(n)s", detail.waiting);
    if (detail.state === "signin") {
      const link = document.createElement("a");
      link.href = state.dataset.signInUrl;
      link.textContent = sentence;
      text.replaceChildren(link);
    } else text.textContent = sentence;
    state.dataset.now = detail.state;
    state.dataset.waiting = detail.waiting;
    if (leaving && !detail.waiting) location.assign(sign);
    if (leaving && detail.state !== "sending" && detail.state !== "saved") { leaving = false; show(at); }
  });
  document.addEventListener("outbox:answer", ({ detail }) => damage.numbers(detail.marks));
  document.addEventListener("outbox:refused", ({ detail: { change, reasons, asks } }) => {
    const where = form.querySelector(`[data-dial="${change.do}"]`) || form.querySelector(`[data-item="${change.item}"], [data-point="${change.item}"]`);
    if (!where) return;
    where.setAttribute("data-bad", "");
    const why = where.querySelector("[data-why]");
    if (why) {
      why.textContent = reasons.join(" ");
      why.hidden = false;
    } else where.querySelector(".t").append(Object.assign(document.createElement("small"), { className: "sd-danger", textContent: reasons.join(" ") }));
    const sure = where.querySelector("[data-sure]");
    if (sure) sure.hidden = !asks;
  });

  // Photos go the same way as the taps, in their order: of the mark that is taken up, else of what the group asks for.
  const strip = root.querySelector("[data-photos]");
  const photoOf = root.querySelector("[data-photo-of]");
  let mark = null;
  const aim = () => {
    const group = { dials: "dialItem", dashboard: "lightItem" }[root.dataset.at];
    strip.dataset.mark = mark ? mark.key : "";
    strip.dataset.item = mark || !group ? "" : root.dataset[group];
    const { ofMark, ofDials, ofDashboard, ofCar } = photoOf.dataset;
    photoOf.textContent = mark ? ofMark.replace("%(n)s", mark.number) : { dials: ofDials, dashboard: ofDashboard }[root.dataset.at] || ofCar;
  };
  document.addEventListener("damage:current", ({ detail }) => { mark = detail; aim(); });
  document.addEventListener("inspection:group", () => { damage.leave(); aim(); });
  document.addEventListener("photo:add", (event) => {
    const tile = strip.querySelector(`[data-photo="${event.detail.key}"]`);
    if (tile) tile.dataset.of = event.detail.mark || "";
    box.addPhoto(event.detail);
  });
  document.addEventListener("photo:remove", (event) => {
    if (event.detail.kept) return;
    event.preventDefault();
    box.forgetPhoto(event.detail.key);
  });
  document.addEventListener("damage:removed", ({ detail }) => strip.querySelectorAll(`[data-of="${detail}"]`).forEach((tile) => {
    box.forgetPhoto(tile.dataset.photo);
    tile.remove();
  }));
  document.addEventListener("photo:kept", ({ detail }) => {
    const tile = strip.querySelector(`[data-photo="${detail.key}"]`);
    if (tile) tile.dataset.of = detail.mark || "";
  });
  aim();

  // Bring a page that is older than the changes up to date.
  const tick = (name, value) => form.querySelectorAll(`[name="${name}"]`).forEach((field) => {
    if (field.type === "radio" || field.type === "checkbox") field.checked = [].concat(value).includes(field.value);
    else field.value = value;
  });
  const apply = (change) => {
    if (change.do === "mark" || change.do === "unmark") damage.apply(change);
    else if (change.do === "item") { tick(`item_${change.item}`, change.value); tick(`note_${change.item}`, change.note); }
    else if (change.do === "point") { tick(`point_${change.item}`, change.verdict); tick(`value_${change.item}`, change.value); tick(`remark_${change.item}`, change.note); }
    else tick(change.do, change.value);
  };
  (await box.replay()).forEach((entry) => {
    if (entry.change) apply(entry.change);
    else {
      document.dispatchEvent(new CustomEvent("photo:show", { detail: entry.photo }));
      if (entry.photo.kept) document.dispatchEvent(new CustomEvent("photo:kept", { detail: { ...entry.photo, ...entry.photo.kept } }));
    }
  });
  count();
  box.send();

  // This page can be opened again without a connection.
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker, { scope: new URL(worker, location).pathname.replace(/[^/]*$/, "") }).then(() => navigator.serviceWorker.ready).then(({ active }) => {
      const files = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => new URL(name).pathname.startsWith("/static/"));
      active.postMessage({ keep: [location.pathname], files });
    }).catch(() => {});
  }
})();
