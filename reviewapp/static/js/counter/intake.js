// One motorcycle: the card, the papers, the vehicle, the owner's word, and the button. All of it is a view of the
// record on this device; the sender brings the server's word into the same record.

import { signatureField } from "../signature.js";
import { fieldBox, valueOf } from "./fields.js";
import { h, show } from "./html.js";
import { picturesOf, recordOf, update } from "./record.js";
import { obstacles, state, unaccepted } from "./sender.js";
import { forgetPictures, slot } from "./slots.js";

const view = document.getElementById("intake");
const part = (name) => view.querySelector(`[data-${name}]`);
const place = (name, value) => view.querySelector(`[data-${name}="${value}"]`);
const PERSONAL = "[data-slots], [data-fields], [data-ways], [data-asked], [data-award], [data-words], [data-trouble], [data-left]";
const OWNER = "id_card";
const WORD = "word";

let open = null; // { id, programme, complain, record, slots, boxes }
const pad = signatureField(view.querySelector("[data-signature]"));

export const openId = () => open?.id ?? null;

// Nothing of the person stays in the page either.
export function close() {
  open = null;
  pad.clear();
  forgetPictures();
  for (const box of view.querySelectorAll(PERSONAL)) box.replaceChildren();
  part("signed").querySelector("img").removeAttribute("src");
}

export async function showIntake(id, programme, complain) {
  close();
  open = { id, programme, complain, slots: [], boxes: [], asked: "" };
  part("title").textContent = programme.title;
  view.querySelector("[data-sign]").hidden = true;
  putSlots();
  putFields("applicant");
  putFields("declared");
  await update(id, (record) => (record.typing = null));
  await refresh();
}

// What the clerk does ends a trouble that was told; what is wrong will be said again.
async function edit(change) {
  await update(open.id, (record) => {
    Object.assign(record, { trouble: null, ready: false, touched: true });
    change(record);
  });
}

const save = (key, value, typing = false) =>
  edit((record) => {
    record.typing = typing ? key : null; // not sent before it is finished
    record.fields[key] = value;
    delete record.wrong[key];
  });

function putSlots() {
  const made = (kind, title, hint) =>
    slot({ id: open.id, kind, title, hint, complain: open.complain, touched: () => edit(() => {}) });
  const owner = open.programme.papers.filter((rule) => rule.ways.length === 1 && kinds(rule).includes(OWNER));
  const others = open.programme.papers.filter((rule) => !owner.includes(rule));
  const own = owner.map((rule) => made(OWNER, rule.ways[0].kinds[0].title, rule.hint));
  const papers = [...new Map(others.flatMap(steps).map((each) => [each.kind, each])).values()];
  open.papers = papers.map((each) => made(each.kind, each.title));
  open.free = made("", "车辆材料", "拍下所有手续，一张一种，系统会认出来");
  open.word = made(WORD, "纸质声明", "车主不能在屏幕上签名时用");
  open.slots = [...own, ...open.papers, open.free, open.word];
  place("slots", "owner").replaceChildren(...own.map((each) => each.box));
  place("slots", "papers").replaceChildren(...open.papers.map((each) => each.box), open.free.box);
  place("slots", "word").replaceChildren(open.word.box);
  part("ways").replaceChildren(...others.filter((rule) => rule.ways.length > 1).map(choice));
}

const kinds = (rule) => steps(rule).map((each) => each.kind);
const steps = (rule) => rule.ways.flatMap((way) => way.kinds);

// Which of the document's cases it is; or the papers decide.
function choice(rule) {
  const pick = (value, title) =>
    h(
      "label",
      { class: "pick" },
      h("input", { type: "radio", name: "way", value, onchange: () => edit((record) => (record.way = value)) }),
      h("span", {}, title),
    );
  return h(
    "fieldset",
    { class: "ways" },
    h("legend", {}, `属于哪一种（${rule.clause}）`),
    rule.ways.map((way, at) => pick(String(at), way.title)),
    pick("", "不确定，让系统按材料判断"),
  );
}

function putFields(section) {
  const listed = open.programme[section].map((field) => fieldBox(field, save));
  open.boxes.push(...listed);
  const rare = open.programme[section].map((field) => field.type === "bool");
  const often = listed.filter((_, at) => !rare[at]).map((each) => each.box);
  const seldom = listed.filter((_, at) => rare[at]).map((each) => each.box);
  const more = seldom.length ? [h("details", { class: "help" }, h("summary", {}, "材料和铭牌都看不出日期"), seldom)] : [];
  place("fields", section).replaceChildren(...often, ...more);
}

export async function refresh() {
  if (!open) return;
  const [record, pictures] = [await recordOf(open.id), await picturesOf(open.id)];
  if (!open || !record || record.id !== open.id || record.done) return;
  open.record = record;
  for (const each of open.slots) each.refresh(pictures, record.told);
  for (const each of open.boxes) each.refresh(record, record.told?.fields.find((field) => field.key === each.key));
  refreshWays(record, pictures);
  refreshAsked(record);
  refreshAward(record);
  refreshWord(record);
  refreshTrouble(record);
  refreshLeft(record, pictures);
}

function refreshWays(record, pictures) {
  for (const input of part("ways").querySelectorAll("input")) input.checked = input.value === (record.way ?? "");
  const chosen = chosenKinds(record)?.map((each) => each.kind) ?? null;
  const taken = (each) => pictures.some((picture) => picture.kind === each.kind);
  for (const each of open.papers) each.box.hidden = !(chosen ? chosen.includes(each.kind) : false) && !taken(each);
  open.free.box.hidden = chosen !== null && !taken(open.free);
}

// The papers of the case that the clerk chose, null where the papers decide.
function chosenKinds(record) {
  const rule = open.programme.papers.find((each) => each.ways.length > 1);
  return record.way && rule ? rule.ways[Number(record.way)].kinds : null;
}

// What was read doubtfully on the papers, and numbers that were not read: asked for, each under its paper's name.
function refreshAsked(record) {
  const papers = (record.told?.papers ?? []).filter((paper) => paper.ask.length && paper.kind !== OWNER);
  const layout = papers.map((paper) => paper.ask.map((field) => field.key).join()).join();
  if (layout !== open.asked) {
    open.asked = layout;
    open.askedBoxes = papers.flatMap((paper) => paper.ask.map((field) => fieldBox({ ...field, label: `${paper.title} · ${field.label}` }, save)));
    part("asked").replaceChildren(...open.askedBoxes.map((each) => each.box));
  }
  const listed = papers.flatMap((paper) => paper.ask);
  for (const each of open.askedBoxes ?? []) each.refresh(record, listed.find((field) => field.key === each.key));
}

function refreshAward(record) {
  const box = part("award");
  const award = record.told?.award;
  const known = award && Object.keys(record.fields).every((key) => record.sent[key] === record.fields[key] || record.wrong[key]);
  const tone = !award ? "" : award.outcome === "fail" ? "is-bad" : award.outcome === "pass" ? "is-good" : "is-ask";
  box.className = `award ${state.online ? tone : ""}`;
  if (!state.online) return show(box, h("p", {}, "现在没有网络：可领金额在联网发送后由系统计算，并在这里显示。"));
  if (!known) return show(box, h("p", { class: "hint" }, record.touched ? "正在计算可领金额…" : "填好后这里显示可领金额。"));
  show(
    box,
    award.amount ? h("p", { class: "amount tabular" }, award.amount) : null,
    h("p", {}, award.text),
  );
}

function words(record) {
  const { statement } = open.programme;
  const [name, number] = [valueOf(record, "applicant.name"), valueOf(record, "applicant.id_number")];
  if (!statement) return null;
  return { text: statement.text.replaceAll("{name}", name || "＿＿＿").replaceAll("{id_number}", number || "＿＿＿"), known: name && number };
}

function refreshWord(record) {
  const asked = words(record);
  part("word").closest("section").hidden = !asked;
  if (!asked) return;
  show(part("words"), asked.text.split("\n").map((line) => h("p", {}, line)));
  const signed = record.signed;
  const stale = signed && signed.text !== asked.text;
  part("words-wait").hidden = Boolean(asked.known) && !stale;
  part("words-wait").textContent = stale ? "签名以后姓名或身份证号有改动，原签名作废，请车主重新签名。" : "先填好车主的姓名和身份证号，再请车主签名。";
  if (stale && pad.value) pad.clear();
  const image = Boolean(signed && !stale && !pad.value);
  part("signed").hidden = !image;
  part("sign").hidden = !asked.known || image;
  if (image) part("signed").querySelector("img").src = signed.picture;
}

// A signature counts for the words that stood there while it was drawn; every stroke is kept at once.
view.addEventListener("signature", async ({ detail }) => {
  const record = open?.record;
  if (!record) return;
  const { text, known } = words(record);
  if (!detail.value && record.signed?.text !== text) return; // taken away because the words are others now
  const at = new Date().toISOString();
  await edit((kept) => (kept.signed = detail.value && known ? { text, picture: detail.value, at } : null));
});
part("sign-again").addEventListener("click", () => edit((record) => (record.signed = null)));

const AFTER =
  "请告诉车主原因。材料或填写有误的，改正后再提交；情况属实仍要提交的，由审核人员认定。“已申领过”是说这辆车或发票已经登记过（可能在别的回收点）：请先核对车架号，确实重复的不要收车。";

function refreshTrouble(record) {
  const { trouble } = record;
  const button = (what, label) => h("button", { type: "button", class: "btn btn-outline-secondary", "data-do": what }, label);
  const ways = {
    failing: [button("accept", "情况属实，照样提交")],
    changed_elsewhere: [button("theirs", "用别处改的"), button("ours", "用本机填的")],
  };
  const after = trouble?.code === "failing" ? AFTER : "";
  show(
    part("trouble"),
    trouble &&
      h("div", { class: "notice notice-warning", role: "alert" }, h("strong", {}, "需处理："), trouble.message, after && h("p", {}, after), ways[trouble.code] && h("div", {}, ways[trouble.code])),
  );
  if (trouble && open.troubled !== trouble.message) part("trouble").scrollIntoView({ block: "center" });
  open.troubled = trouble?.message;
}

part("trouble").addEventListener("click", async (event) => {
  const what = event.target.closest("[data-do]")?.dataset.do;
  if (!what) return;
  const { key } = (await recordOf(open.id)).trouble;
  await edit((record) => {
    if (what === "accept") Object.assign(record, { accepted: record.told.failing.map((each) => each.message), ready: true });
    else choose(record, key, what === "theirs");
  });
});

function choose(record, key, theirs) {
  const value = record.told.fields.find((field) => field.key === key).value;
  if (theirs) record.fields[key] = record.sent[key] = record.kept[key] = value;
  else {
    delete record.sent[key];
    delete record.kept[key];
  }
}

function refreshLeft(record, pictures) {
  const left = missing(record, pictures);
  const failing = record.told ? unaccepted(record).map((each) => `不符合条件：${each.message}`) : [];
  const reading = record.told?.unread ? ["正在识别照片，稍等几秒"] : [];
  const lines = [...left, ...reading, ...failing];
  show(part("left"), lines.length ? h("ul", { class: "left" }, lines.map((line) => h("li", {}, line))) : h("p", { class: "sign sign-pass" }, "✓ 齐全，可以提交"));
  part("send").textContent = sendLabel(record);
  part("send").disabled = record.ready;
  part("send-hint").textContent = state.online
    ? "提交后得到排队号，材料在审核结束前不能再改。"
    : "现在没有网络。内容都已存在本机，联网后自动发送；有问题会在列表里标“需处理”。";
}

function sendLabel(record) {
  if (record.ready) return state.online ? "正在发送…" : "已存本机，联网后自动提交";
  return state.online ? "提交" : "保存，联网后自动提交";
}

// The server's word, where it has seen all that is there; else what can be seen without it.
function missing(record, pictures) {
  const seen = record.told && !record.told.unread && state.online && pictures.every((picture) => picture.upload || picture.refused);
  return seen ? obstacles(record, pictures) : notYet(record, pictures);
}

function notYet(record, pictures) {
  const found = Object.values(record.wrong);
  if (!pictures.some((picture) => picture.kind === OWNER)) found.push("还没有拍身份证");
  const papers = pictures.filter((picture) => ![OWNER, WORD].includes(picture.kind)).map((picture) => picture.kind);
  const wanted = chosenKinds(record)?.filter((each) => !papers.includes(each.kind) && !papers.includes("")) ?? [];
  if (!papers.length) found.push("还没有拍车辆手续");
  else if (wanted.length) found.push(`还没有拍：${wanted.map((each) => each.title).join("、")}`);
  if (!valueOf(record, "applicant.name") || !valueOf(record, "applicant.id_number")) found.push("没有网络时请照身份证填写姓名和身份证号");
  if (!record.signed && !pictures.some((picture) => picture.kind === WORD)) found.push("车主还没有签名");
  return found;
}

part("send").addEventListener("click", async () => {
  document.activeElement?.blur();
  const [record, pictures] = [await recordOf(open.id), await picturesOf(open.id)];
  const left = missing(record, pictures);
  if (left.length) {
    part("left").scrollIntoView({ block: "center" });
    return open.complain(`还不能提交：${left.join("；")}。`);
  }
  await edit((kept) => (kept.ready = true));
});
