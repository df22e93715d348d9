// What the phone must not lose: the pairing, the badge list, who passed, and every scan.

const NAME = "tgfair-gate";
const VERSION = 4;
const STORES = ["meta", "scans", "passages", "buckets", "inspections", "films"];

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => upgrade(request);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

function upgrade(request) {
  const database = request.result;
  const missing = STORES.filter((name) => !database.objectStoreNames.contains(name));
  for (const name of missing) {
    const isNamed = ["scans", "passages", "inspections", "films"].includes(name);
    database.createObjectStore(name, isNamed ? { keyPath: "id" } : {});
  }
  // Only scans that wait carry the mark, so the index holds them alone.
  const scans = request.transaction.objectStore("scans");
  if (!scans.indexNames.contains("waits")) scans.createIndex("waits", "waits");
}

// Runs `work(transaction, answer)` on some stores (a name, or several); resolves with the value it
// gave once the data are on the disk.
async function run(stores, mode, work, durability = "relaxed") {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability });
    const answer = {};
    transaction.oncomplete = () => resolve(answer.value);
    transaction.onabort = () => reject(transaction.error);
    work(transaction, answer);
  });
}

const all = (store, query) =>
  run(store, "readonly", (transaction, answer) => {
    const request = query(transaction.objectStore(store));
    request.onsuccess = () => (answer.value = request.result);
  });

export const readMeta = async (key) => (await all("meta", (meta) => meta.get(key))) ?? null;

// What decides which page to show.
export const readStart = () =>
  run("meta", "readonly", (transaction, answer) => {
    answer.value = {};
    for (const key of ["device", "language", "lens"]) {
      const request = transaction.objectStore("meta").get(key);
      request.onsuccess = () => (answer.value[key] = request.result ?? null);
    }
  });

export const writeMeta = (key, value) =>
  run("meta", "readwrite", (transaction) => transaction.objectStore("meta").put(value, key), "strict");

// Gives the scan its running number; keeps it and its passage in one transaction.
export const addScan = (scan, passage) =>
  run(
    ["meta", "scans", "passages"],
    "readwrite",
    (transaction, answer) => {
      const meta = transaction.objectStore("meta");
      const request = meta.get("seq");
      request.onsuccess = () => {
        answer.value = { ...scan, seq: (request.result ?? 0) + 1 };
        meta.put(answer.value.seq, "seq");
        transaction.objectStore("scans").put({ ...answer.value, waits: 1, parked: null });
        transaction.objectStore("passages").put({ ...passage, seq: answer.value.seq });
      };
    },
    "strict",
  );

// The scans that the server has not named yet, in the order they were made.
export async function waitingScans() {
  const scans = await all("scans", (store) => store.index("waits").getAll());
  return scans.sort((one, other) => one.seq - other.seq);
}

function changeScan(id, change) {
  return run("scans", "readwrite", (transaction) => {
    const scans = transaction.objectStore("scans");
    const request = scans.get(id);
    request.onsuccess = () => request.result && scans.put(change(request.result));
  });
}

// The server has it. It stays for a while: after a restored backup the server asks again.
export const markSent = (id) => changeScan(id, ({ waits, ...scan }) => ({ ...scan, parked: null }));

// Keeps a scan that the server refused: for a person to look at, never for the bin.
export const parkScan = (id, reason) => changeScan(id, (scan) => ({ ...scan, parked: reason }));

export const unparkScans = () =>
  run("scans", "readwrite", (transaction) => {
    const scans = transaction.objectStore("scans");
    const request = scans.index("waits").getAll();
    request.onsuccess = () => {
      for (const scan of request.result) if (scan.parked) scans.put({ ...scan, parked: null });
    };
  });

// The server has gaps: those numbers wait again.
export const sendAgain = (numbers) =>
  run("scans", "readwrite", (transaction) => {
    const scans = transaction.objectStore("scans");
    const request = scans.getAll();
    request.onsuccess = () => {
      for (const scan of request.result) {
        if (numbers.includes(scan.seq) && !scan.waits) scans.put({ ...scan, waits: 1 });
      }
    };
  });

export const addPassages = (passages) =>
  run("passages", "readwrite", (transaction) => {
    for (const passage of passages) transaction.objectStore("passages").put(passage);
  });

// Forgets passages before `since` and scans that the server has had for as long.
export const forgetBefore = (since) =>
  run(["passages", "scans"], "readwrite", (transaction) => {
    for (const name of ["passages", "scans"]) {
      transaction.objectStore(name).openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        const { at, wall, waits } = cursor.value;
        if (!waits && (at ?? Date.parse(wall)) < since) cursor.delete();
        cursor.continue();
      };
    }
  });

// The list and what it says of itself change together or not at all.
export const saveList = (facts, buckets) =>
  run(["meta", "buckets"], "readwrite", (transaction) => {
    transaction.objectStore("meta").put(facts, "list");
    for (const [number, text] of buckets) transaction.objectStore("buckets").put(text, number);
  });

// What a gate needs to decide, in one look at the disk.
export const readStation = () =>
  run(["meta", "buckets", "passages"], "readonly", (transaction, answer) => {
    const found = (answer.value = {});
    const take = (name, request) => (request.onsuccess = () => (found[name] = request.result ?? null));
    for (const key of ["clock", "heard", "list"]) take(key, transaction.objectStore("meta").get(key));
    take("places", transaction.objectStore("buckets").getAllKeys());
    take("buckets", transaction.objectStore("buckets").getAll());
    take("passages", transaction.objectStore("passages").getAll());
  });

export const addInspection = (look) =>
  run("inspections", "readwrite", (transaction) => transaction.objectStore("inspections").put(look), "strict");

export const waitingInspections = () => all("inspections", (store) => store.getAll());

export const removeInspections = (ids) =>
  run("inspections", "readwrite", (transaction) => {
    for (const id of ids) transaction.objectStore("inspections").delete(id);
  });

// What another phone has shown: { id, film }, until the server has it.
export const addFilm = (film) => run("films", "readwrite", (transaction) => transaction.objectStore("films").put(film));

export const waitingFilms = () => all("films", (store) => store.getAll());

export const removeFilm = (id) =>
  run("films", "readwrite", (transaction) => transaction.objectStore("films").delete(id));

// The pairing and the names go; scans that nobody has yet stay.
export const clearDevice = () =>
  run(["meta", "buckets", "passages", "films"], "readwrite", (transaction) => {
    for (const key of ["device", "list", "clock", "heard"]) transaction.objectStore("meta").delete(key);
    transaction.objectStore("buckets").clear();
    transaction.objectStore("passages").clear();
    transaction.objectStore("films").clear();
  });
