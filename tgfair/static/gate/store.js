// What the phone must not lose: the pairing, the running number and every scan not yet confirmed.

const NAME = "tgfair-gate";

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("meta");
      request.result.createObjectStore("scans", { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

// Runs `work(transaction)`; resolves with the value it gave once the data are on the disk.
async function run(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(["meta", "scans"], mode, { durability: "strict" });
    const answer = {};
    transaction.oncomplete = () => resolve(answer.value);
    transaction.onabort = () => reject(transaction.error);
    work(transaction, answer);
  });
}

export const readMeta = (key) =>
  run("readonly", (transaction, answer) => {
    const request = transaction.objectStore("meta").get(key);
    request.onsuccess = () => (answer.value = request.result ?? null);
  });

export const writeMeta = (key, value) =>
  run("readwrite", (transaction) => transaction.objectStore("meta").put(value, key));

// Gives the scan its running number and keeps both in one transaction.
export const addScan = (scan) =>
  run("readwrite", (transaction, answer) => {
    const meta = transaction.objectStore("meta");
    const request = meta.get("seq");
    request.onsuccess = () => {
      answer.value = { ...scan, seq: (request.result ?? 0) + 1 };
      meta.put(answer.value.seq, "seq");
      transaction.objectStore("scans").put({ ...answer.value, parked: null });
    };
  });

// All scans in the order they were made, those that the server refused included.
export async function allScans() {
  const scans = await run("readonly", (transaction, answer) => {
    const request = transaction.objectStore("scans").getAll();
    request.onsuccess = () => (answer.value = request.result);
  });
  return scans.sort((one, other) => one.seq - other.seq);
}

export const removeScan = (id) =>
  run("readwrite", (transaction) => transaction.objectStore("scans").delete(id));

// Keeps a scan that the server refused: for a person to look at, never for the bin.
export const parkScan = (id, reason) =>
  run("readwrite", (transaction) => {
    const scans = transaction.objectStore("scans");
    const request = scans.get(id);
    request.onsuccess = () => request.result && scans.put({ ...request.result, parked: reason });
  });

export const clearDevice = () =>
  run("readwrite", (transaction) => {
    transaction.objectStore("meta").delete("device");
    transaction.objectStore("scans").clear();
  });
