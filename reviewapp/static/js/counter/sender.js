// Sends the records, one after the other and step by step; each step may be done again after a cut and does no harm.
// What can be sent while the clerk is still at it is sent at once, so that the card is read by the time it is needed.

import { NoNetwork, Refused, ask, send, session } from "./api.js";
import { allRecords, changes, drop, pictureRefused, picturesOf, pictureSent, recordOf, update, wipe } from "./record.js";

const READING_MS = 1200;
const RETRY_MS = [3_000, 6_000, 15_000, 30_000];

// What the page shows of the network; busy: the server asks for patience.
export const state = { online: navigator.onLine, signedOut: false, busy: false };
export const events = new EventTarget();
let failures = 0;
let timer = 0;
let running = false;
let again = false;

function tell(change) {
  Object.assign(state, change);
  events.dispatchEvent(new Event("change"));
}

export function start() {
  changes.addEventListener("change", () => (running ? (again = true) : soon(250)));
  window.addEventListener("online", () => soon(0));
  window.addEventListener("offline", () => tell({ online: false }));
  document.addEventListener("visibilitychange", () => document.hidden || soon(0));
  soon(0);
}

export function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(run, wait);
}

// One tab at a time; a tab that finds another one sending looks again later.
async function run() {
  if (state.signedOut || running) return;
  running = true;
  again = false;
  let wait = RETRY_MS[0];
  try {
    await navigator.locks.request("counter-sender", { ifAvailable: true }, async (lock) => {
      if (lock) wait = await round();
    });
  } finally {
    running = false;
  }
  if (wait !== null || again) soon(wait ?? 250);
}

// All records once; how long to wait for the next round, null when there is nothing left to do.
async function round() {
  let wait = null;
  try {
    if (!state.online || state.busy) await signedInAgain();
    failures = 0;
    for (const { id } of (await allRecords()).reverse()) {
      if (await advanced(id)) wait = READING_MS;
    }
  } catch (error) {
    if (error.code !== "session_ended") return later(error);
    tell({ signedOut: true });
  }
  return wait;
}

// What the server refuses is the record's trouble, and stops no other record.
async function advanced(id) {
  try {
    return await advance(id);
  } catch (error) {
    if (!(error instanceof Refused) || error.passing || error.code === "session_ended") throw error;
    const trouble = { code: error.code, message: error.message, key: error.key };
    await update(id, (record) => Object.assign(record, { trouble, ready: false }));
    return false;
  }
}

function later(error) {
  if (!(error instanceof NoNetwork || error instanceof Refused)) console.error(error);
  tell({ online: !(error instanceof NoNetwork), busy: !(error instanceof NoNetwork) });
  return RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
}

export async function signedInAgain() {
  const answer = await session();
  tell({ signedOut: false, online: true, busy: false });
  return answer;
}

// One record as far as it goes; true when the server is still reading its pictures.
async function advance(id) {
  let record = await recordOf(id);
  const pictures = await picturesOf(id);
  if (!record || record.done || record.trouble || !hasContent(record, pictures)) return false;
  if (record.dropped) return takeBack(record);
  record = await makeDraft(record);
  if (await isOver(record)) return false;
  for (const picture of pictures.filter((each) => !each.upload && !each.refused)) await sendPicture(record, picture);
  for (const upload of record.gone) await takeOut(record, upload);
  record = await sendFacts(record);
  if (waits(record)) record = await look(record);
  await nameKinds(record);
  record = await recordOf(id);
  if (!record?.told || record.told.unread) return Boolean(record?.told?.unread);
  if (record.ready) await submit(record);
  return false;
}

const hasContent = (record, pictures) => record.ready || record.touched || record.dropped || pictures.length;

// The server's word is asked for anew while it reads, and before anything is put in.
const waits = (record) => record.ready || !record.told || record.told.unread;

async function heard(record, answer) {
  return update(record.id, (kept) => (kept.told = answer));
}

async function look(record) {
  return heard(record, await ask(`intakes/${record.claim}`));
}

async function makeDraft(record) {
  if (record.claim) return record.ready ? look(record) : record;
  const { scheme, programme, id } = record;
  const answer = await send("intakes", { scheme, programme, form_key: id });
  return update(id, (kept) => Object.assign(kept, { claim: answer.claim, told: answer }));
}

// Put in already (an answer that was lost, a colleague elsewhere), or ended elsewhere: told, and nothing is sent on.
async function isOver(record) {
  const { told } = record;
  if (told.receipt && told.state !== "returned" && !told.editable) {
    await finish(record);
    return true;
  }
  if (told.editable && told.state === "draft") return false;
  const message = `这份登记在别处已变为“${told.state_label}”，本机不再发送。需要继续办理的，请到“本点全部申请”里打开。`;
  await update(record.id, (kept) => (kept.trouble = { code: "elsewhere", message }));
  return true;
}

async function sendPicture(record, picture) {
  const file = new File([picture.blob], picture.name, { type: picture.blob.type });
  try {
    const answer = await send(`intakes/${record.claim}/files`, { file });
    const name = answer.files.find((each) => each.id === answer.upload)?.name ?? picture.name;
    const there = await pictureSent(picture, answer.upload, name);
    if (!there) await update(record.id, (kept) => kept.gone.push(answer.upload));
    await heard(record, answer);
  } catch (error) {
    if (!(error instanceof Refused) || error.passing || error.code === "session_ended") throw error;
    await pictureRefused(picture, error.message);
  }
}

// The clerk deleted the record: the draft at the server is withdrawn, if it still is one.
async function takeBack(record) {
  if (record.claim) {
    const told = await ask(`intakes/${record.claim}`);
    if (told.state === "draft") await send(`intakes/${record.claim}/withdraw`, { revision: told.revision });
  }
  await drop(record.id);
  return false;
}

async function takeOut(record, upload) {
  const answer = await send(`intakes/${record.claim}/files/${upload}/remove`, {}).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  await update(record.id, (kept) => {
    kept.gone = kept.gone.filter((each) => each !== upload);
    if (answer) kept.told = answer;
  });
}

// Fields whose last words are not at the server yet; those it refuses are marked, the others still go.
async function sendFacts(record) {
  await changedElsewhere(record);
  const unsent = Object.entries(record.fields).filter(
    ([key, value]) => record.sent[key] !== value && !record.wrong[key] && record.typing !== key,
  );
  if (!unsent.length) return recordOf(record.id);
  const values = Object.fromEntries(unsent);
  try {
    const answer = await send(`intakes/${record.claim}/facts`, values);
    return update(record.id, (kept) => {
      Object.assign(kept.sent, values);
      kept.told = answer;
      for (const key of Object.keys(values)) kept.kept[key] = valueTold(answer, key);
    });
  } catch (error) {
    if (!Object.keys(error.fields ?? {}).length) throw error;
    const marked = await update(record.id, (kept) => Object.assign(kept.wrong, error.fields));
    return sendFacts(marked);
  }
}

export function valueTold(told, key) {
  const listed = [...told.fields, ...told.papers.flatMap((paper) => paper.ask)];
  return listed.find((field) => field.key === key)?.value;
}

// A field that says something else now than what the server kept of ours was changed by somebody else.
async function changedElsewhere(record) {
  for (const field of record.told.fields) {
    const kept = record.kept[field.key];
    if (kept === undefined || field.value === kept || !field.by_person) continue;
    const message = `“${field.label}”在别处改成了“${field.value || "（空）"}”，本机填的是“${record.fields[field.key] || "（空）"}”。请选用哪一个。`;
    throw Object.assign(new Refused(409, { code: "changed_elsewhere", detail: message }), { key: field.key });
  }
}

// A picture taken for a paper is that paper, where the machine is not sure of another.
async function nameKinds(record) {
  if (record.told.unread) return;
  for (const picture of await picturesOf(record.id)) {
    const papers = record.told.papers.filter((paper) => paper.files.includes(picture.name));
    if (!picture.kind || picture.kind === "word" || papers.some((paper) => paper.kind === picture.kind)) continue;
    const unsure = papers.find((paper) => !paper.by_person && (paper.kind === "other" || paper.doubtful));
    if (!unsure) continue;
    await heard(record, await send(`intakes/${record.claim}/papers/${unsure.id}/kind`, { kind: picture.kind }));
    return;
  }
}

// Everything that keeps the record from being put in, in the clerk's words; [] when it may go.
export function obstacles(record, pictures) {
  const { told } = record;
  const found = [...Object.values(record.wrong), ...pictures.map((picture) => picture.refused).filter(Boolean)];
  if (!told) return found;
  found.push(...told.files.filter((file) => file.refusal).map((file) => `照片“${file.name}”读不了：${file.refusal}`));
  found.push(...told.fields.filter((field) => field.doubtful && field.value).map((field) => `请核对“${field.label}”`));
  found.push(...told.missing.map((each) => `缺少${each.title}（${each.clause}）`));
  if (told.words && !pictures.some((picture) => picture.kind === "word")) {
    if (!record.signed) found.push("车主还没有签名");
    else if (record.signed.text !== told.words) found.push("签名后姓名或身份证号有改动（或与身份证读出的不同），请核对后重新签名");
  }
  if (told.award.outcome === "fail") found.push(told.award.text);
  return found;
}

export const unaccepted = (record) => record.told.failing.filter((each) => !record.accepted.includes(each.message));

async function submit(record) {
  const pictures = await picturesOf(record.id);
  const found = obstacles(record, pictures);
  if (found.length) throw new Refused(422, { code: "incomplete", detail: `${found.join("；")}。` });
  const failing = unaccepted(record);
  if (failing.length) {
    const said = failing.map((each) => each.message).join("；");
    throw new Refused(422, { code: "failing", detail: `不符合条件：${said}。` });
  }
  const signed = await sendSignature(record);
  const word = pictures.find((picture) => picture.kind === "word");
  const answer = await send(`intakes/${record.claim}/submit`, {
    revision: signed.told.revision,
    on_paper: word?.upload ?? "",
  });
  await finish(await heard(signed, answer));
}

async function sendSignature(record) {
  const { signed } = record;
  if (!signed || record.signatureSent === signed.at) return record;
  const { text, at } = signed;
  const answer = await send(`intakes/${record.claim}/signature`, { signature: png(signed.picture), text, signed_at: at });
  return update(record.id, (kept) => Object.assign(kept, { told: answer, signatureSent: at }));
}

// The data URI of a picture as a file; the content policy lets nobody fetch it.
function png(uri) {
  const bytes = Uint8Array.from(atob(uri.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new File([bytes], "signature.png", { type: "image/png" });
}

async function finish(record) {
  const { receipt, award } = record.told;
  await wipe(record.id, { ...receipt, claim: record.claim, amount: award.amount });
  events.dispatchEvent(new CustomEvent("sent", { detail: { id: record.id } }));
}

// How far a record is: [steps done, steps in all].
export function progress(record, pictures) {
  const { told } = record;
  const steps = [
    record.claim,
    ...pictures.map((picture) => picture.upload),
    told && !told.unread && pictures.every((picture) => picture.upload),
    !record.signed || record.signatureSent === record.signed.at,
    record.done,
  ];
  return [steps.filter(Boolean).length, steps.length];
}
