// Changes made on this device, sent in their order, photos behind them, and kept (IndexedDB) until the server has them: through a lost connection,
// a reload, a session that ended. A batch gets its key before it goes out, so that sending it again does nothing twice.
// What the server took stays until a fresh page shows it: a page kept for offline is older than that, and is brought up to date.
// Tells the page by events on document: outbox {state, waiting}, outbox:answer {…}, outbox:refused {change, reasons, asks},
// photo:waiting / photo:kept / photo:refused {key, …}.
window.Outbox = (() => {
  const DATABASE = "servicedesk-inspection";
  const PATIENCE = 20000; // milliseconds for one answer
  const MOST = 100; // changes in one batch
  const AT_ONCE = 3; // photos
  const RETRY = [2000, 4000, 8000, 15000, 30000];
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const newKey = () => { // crypto.randomUUID wants HTTPS; a tablet in the house may be without
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  };
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const finished = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

  // Entries in the browser's database; in memory where it keeps none.
  const openStore = async () => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true }).createIndex("order", "order");
    };
    const database = await done(opening);
    const run = async (mode, act) => {
      const transaction = database.transaction("entries", mode);
      const request = act(transaction.objectStore("entries"));
      if (mode === "readwrite") await finished(transaction);
      return request instanceof IDBRequest ? (mode === "readwrite" ? request.result : done(request)) : request;
    };
    return {
      kept: true,
      add: (entry) => run("readwrite", (store) => store.add(entry)),
      put: (entries) => run("readwrite", (store) => entries.forEach((entry) => store.put(entry))),
      drop: (ids) => run("readwrite", (store) => ids.forEach((id) => store.delete(id))),
      of: (order) => run("readonly", (store) => store.index("order").getAll(order)),
    };
  };
  const memoryStore = () => {
    let entries = [];
    let last = 0;
    return {
      kept: false,
      add: async (entry) => { last += 1; entries.push({ ...entry, id: last }); return last; },
      put: async (changed) => { entries = entries.map((entry) => changed.find((one) => one.id === entry.id) || entry); },
      drop: async (ids) => { entries = entries.filter((entry) => !ids.includes(entry.id)); },
      of: async () => entries.map((entry) => ({ ...entry })),
    };
  };

  const open = async ({ order, user, render, save, token }) => {
    let store;
    try {
      store = await openStore();
    } catch {
      store = memoryStore();
    }
    const all = async () => (await store.of(order)).filter((entry) => entry.user === user);
    // Answers carry the server's time to the second: what it took in the same second is shown again, which does no harm.
    await store.drop((await all()).filter((entry) => entry.sent && entry.taken + 1000 < render).map((entry) => entry.id));
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});

    let state = "";
    let timer = null;
    let failures = 0;
    let busy = false;
    let adding = Promise.resolve();
    const report = async () => {
      const waiting = (await all()).filter((entry) => !entry.sent).length;
      tell("outbox", { state: state || (waiting ? "sending" : "saved"), waiting, kept: store.kept });
      return waiting;
    };

    const post = async (url, fields) => {
      const body = new FormData();
      Object.entries({ csrfmiddlewaretoken: token, ...fields }).forEach(([name, value]) => body.append(name, value));
      const patience = new AbortController();
      const limit = setTimeout(() => patience.abort(), PATIENCE);
      try {
        return await fetch(url, { method: "POST", body, signal: patience.signal, headers: { Accept: "application/json" } });
      } finally {
        clearTimeout(limit);
      }
    };
    const answerOf = async (response) => {
      try {
        return await response.json();
      } catch {
        return null;
      }
    };
    const texts = (answer) => ((answer && answer.reasons) || []).map((reason) => reason.text || reason);

    // null: try again later; false: wait for a person, or nothing is left; true: go on.
    const verdict = (response) => {
      if (!response || response.status >= 500 || response.status === 429) {
        state = "offline";
        return null;
      }
      if (response.status === 403 || response.redirected) {
        state = "signin";
        return false;
      }
      failures = 0;
      state = response.status === 409 ? "locked" : "";
      return true;
    };
    const keyed = async (entries) => {
      const batch = entries[0].batch || newKey();
      if (!entries[0].batch) await store.put(entries.map((entry) => Object.assign(entry, { batch })));
      return batch;
    };
    const settle = (entries, response) => {
      const taken = Date.parse(response.headers.get("date")) || Date.now();
      return store.put(entries.map((entry) => Object.assign(entry, { sent: true, taken })));
    };
    const sendChanges = async (waiting) => {
      const first = waiting[0].batch;
      const together = waiting.filter((entry) => entry.batch === first).slice(0, MOST);
      const changes = together.map((entry) => entry.change);
      const response = await post(save, { request_key: await keyed(together), changes: JSON.stringify(changes) }).catch(() => null);
      const more = verdict(response);
      if (!more) return more;
      const answer = await answerOf(response);
      if (response.ok && answer) {
        Object.entries(answer.refused).forEach(([place, reasons]) => {
          together[place].refused = true;
          tell("outbox:refused", { change: changes[place], reasons, asks: answer.asks.includes(Number(place)) });
        });
        tell("outbox:answer", answer);
      } else {
        changes.forEach((change) => tell("outbox:refused", { change, reasons: texts(answer), asks: false }));
        together.forEach((entry) => { entry.refused = true; });
      }
      await settle(together, response);
      return state !== "locked";
    };
    const sendPhoto = async (entry) => {
      const { key, url, mark, item, blob } = entry.photo;
      tell("photo:sending", { key });
      const response = await post(url, { request_key: key, key, mark: mark || "", item: item || "", file: blob }).catch(() => null);
      const more = verdict(response);
      if (!more) {
        tell("photo:waiting", { key });
        return more;
      }
      const answer = await answerOf(response);
      if (response.ok && answer) {
        entry.photo.kept = { thumb: answer.thumb, full: answer.full };
        tell("photo:kept", { ...answer, key, item, mark });
      } else {
        entry.refused = true;
        tell("photo:refused", { key, reasons: texts(answer) });
      }
      await settle([entry], response);
      return state !== "locked";
    };
    // Changes go first: a photo may belong to a mark among them, never the other way round.
    const next = async () => {
      const left = (await all()).filter((entry) => !entry.sent);
      const changes = left.filter((entry) => entry.change);
      if (changes.length) return sendChanges(changes);
      if (!left.length) return false;
      const went = await Promise.all(left.slice(0, AT_ONCE).map(sendPhoto));
      return went.find((more) => !more) ?? true;
    };

    const send = async () => {
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      timer = null;
      let more = true;
      try {
        if (state !== "locked") state = "";
        while (more) {
          await adding;
          more = await next();
          await report();
        }
      } finally {
        busy = false;
      }
      if (more === null) {
        timer = setTimeout(alone, RETRY[Math.min(failures, RETRY.length - 1)]);
        failures += 1;
      } else if (!state && (await all()).some((entry) => !entry.sent)) {
        soon();
      }
    };
    // Two tabs of one browser take turns, or both would send the same entries.
    const alone = () => (navigator.locks ? navigator.locks.request(`outbox-${order}`, send) : send());
    const soon = () => {
      if (!timer && !busy) timer = setTimeout(alone, 60);
    };
    const keep = (entry) => {
      adding = adding.then(() => store.add({ order, user, sent: false, batch: null, ...entry })).then(report);
      return adding.then(soon);
    };

    window.addEventListener("online", () => { failures = 0; alone(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
    window.addEventListener("pagehide", () => clearTimeout(timer));

    return {
      add: (change) => keep({ change }),
      addPhoto: (photo) => { tell("photo:waiting", { key: photo.key }); return keep({ photo }); },
      // What a page that is older than these must still be shown, in order.
      replay: async () => (await all()).filter((entry) => !entry.refused),
      waiting: async () => { await adding; return (await all()).filter((entry) => !entry.sent).length; },
      // A photo taken off again before it went out.
      forgetPhoto: async (key) => {
        await adding;
        await store.drop((await all()).filter((entry) => entry.photo && entry.photo.key === key).map((entry) => entry.id));
        report();
      },
      send: alone,
      kept: store.kept,
    };
  };
  return { open, newKey };
})();
