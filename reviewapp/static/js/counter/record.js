// The records of this account on this device: everything is written here first, and from here it is sent.
// Every account has a database of its own, so that nobody finds another's records on a shared tablet.

import { openDB } from "../../vendor/idb.js";

export const changes = new EventTarget();
const told = new BroadcastChannel("counter");
let db = null;
let opened = null;
// A write counts when it is on the disk: the battery may be flat the next moment.
const SURE = { durability: "strict" };

told.onmessage = ({ data }) => {
  if (data.account === opened) announce(data.id, false);
};

function announce(id, everywhere = true) {
  changes.dispatchEvent(new CustomEvent("change", { detail: { id } }));
  if (everywhere) told.postMessage({ account: opened, id });
}

export async function openRecords(account) {
  if (opened === account) return;
  db?.close();
  db = await openDB(`counter-${account}`, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("intakes", { keyPath: "id" });
      fresh.createObjectStore("pictures", { keyPath: "id" }).createIndex("intake", "intake");
    },
  });
  opened = account;
}

export async function allRecords() {
  const found = await db.getAll("intakes");
  return found.sort((one, other) => other.created.localeCompare(one.created));
}

export const recordOf = (id) => db.get("intakes", id);
export const picturesOf = (id) => db.getAllFromIndex("pictures", "intake", id);
export const unsent = async () => (await allRecords()).filter((record) => !record.done && !record.dropped).length;

async function put(name, value) {
  const writing = db.transaction(name, "readwrite", SURE);
  await Promise.all([writing.store.put(value), writing.done]);
}

export async function newRecord(programme, fields) {
  const record = {
    id: crypto.randomUUID(),
    created: new Date().toISOString(),
    scheme: programme.scheme,
    programme: programme.programme,
    title: programme.title,
    way: null, // which of the document's alternatives; null: the papers decide
    fields, // what the clerk entered, by key
    sent: {}, // of these what the server has, as the clerk wrote it
    kept: {}, // and as the server keeps it
    wrong: {}, // messages by key
    signed: null, // { text, picture, at }
    signatureSent: "", // `at` of the one that the server has
    touched: false, // the clerk entered something
    dropped: false, // the clerk deleted it
    gone: [], // files at the server that were taken again
    ready: false, // the clerk pressed the button
    accepted: [], // failing checks with which the clerk wants to go on
    claim: null,
    told: null, // the server's last word
    trouble: null, // { code, message }
    done: null, // what is left after the confirmation
  };
  await put("intakes", record);
  announce(record.id);
  return record;
}

// Read, change and write in one transaction: the page and the sender never overwrite each other.
export async function update(id, change) {
  const writing = db.transaction("intakes", "readwrite", SURE);
  const record = await writing.store.get(id);
  if (record) {
    change(record);
    await writing.store.put(record);
  }
  await writing.done;
  announce(id);
  return record;
}

export async function addPicture(id, kind, title, blob) {
  const picture = {
    id: crypto.randomUUID(),
    intake: id,
    kind,
    name: `${title}-${Date.now().toString(36)}.${blob.type === "image/jpeg" ? "jpg" : "heic"}`,
    blob,
    upload: null,
    at: new Date().toISOString(),
  };
  await put("pictures", picture);
  announce(id);
  return picture;
}

export async function pictureSent(picture, upload, name) {
  const there = await db.get("pictures", picture.id);
  if (there) await put("pictures", { ...there, upload, name });
  return Boolean(there);
}

export async function pictureRefused(picture, message) {
  const there = await db.get("pictures", picture.id);
  if (there) await put("pictures", { ...there, refused: message });
  announce(picture.intake);
}

// One that is at the server already is taken out there, too.
export async function dropPicture(picture) {
  await db.delete("pictures", picture.id);
  await update(picture.intake, (record) => {
    if (picture.upload) record.gone.push(picture.upload);
  });
}

// After the server's confirmation nothing of the person stays here.
export async function wipe(id, done) {
  const writing = db.transaction(["intakes", "pictures"], "readwrite", SURE);
  for (const key of await writing.objectStore("pictures").index("intake").getAllKeys(id)) {
    writing.objectStore("pictures").delete(key);
  }
  const { created, title } = await writing.objectStore("intakes").get(id);
  writing.objectStore("intakes").put({ id, created, title, done });
  await writing.done;
  announce(id);
}

export async function drop(id) {
  const writing = db.transaction(["intakes", "pictures"], "readwrite", SURE);
  for (const key of await writing.objectStore("pictures").index("intake").getAllKeys(id)) {
    writing.objectStore("pictures").delete(key);
  }
  writing.objectStore("intakes").delete(id);
  await writing.done;
  announce(id);
}
