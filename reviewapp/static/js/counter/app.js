// The counter: who is signed in, which view is open, what the network does.

import { actFor, csrf, NoNetwork } from "./api.js";
import { askToKeep, forget, guardLeaving, isFull, nearlyFull, remember, remembered, today } from "./device.js";
import { h, show } from "./html.js";
import * as intake from "./intake.js";
import * as listing from "./listing.js";
import { showReceipt } from "./receipt.js";
import { changes, newRecord, openRecords, picturesOf, recordOf, unsent, update } from "./record.js";
import { events, signedInAgain, start, state } from "./sender.js";

const notices = document.getElementById("notices");
const views = { list: document.getElementById("list"), intake: document.getElementById("intake"), done: document.getElementById("done") };
const HANDED_IN = "declared.handed_in_on";
const leave = document.querySelector("[data-leave]");
let session = remembered();

async function begin() {
  if (!window.isSecureContext) return complain("登记页面只能用 https 地址打开。请联系管理员。");
  keepPage();
  try {
    session = await signedInAgain();
    remember(session);
  } catch (error) {
    if (error.code === "session_ended") {
      state.signedOut = true;
    } else if (error instanceof NoNetwork || error.passing) {
      Object.assign(state, { online: !(error instanceof NoNetwork), busy: Boolean(error.passing) });
    } else {
      forget();
      return complain(error.message);
    }
  }
  net();
  if (!session) return complain(nobody(), signIn());
  actFor(session.account);
  await openRecords(session.account);
  dress();
  changes.addEventListener("change", draw);
  events.addEventListener("change", draw);
  events.addEventListener("sent", sent);
  window.addEventListener("hashchange", route);
  start();
  await askToKeep();
  await route();
  if (await nearlyFull()) complain("设备存储空间快满了。请先联网把登记发送出去，或清理设备，以免照片存不下。");
}

function nobody() {
  if (state.signedOut) return "请先登录。";
  if (state.busy) return "系统暂时打不开。请过一分钟刷新页面。";
  return "这台设备上还没有人登录过。请连上网络登录一次，之后没有网络也能登记。";
}

function dress() {
  document.querySelector("[data-point]").textContent = session.point;
  document.querySelector("[data-who]").textContent = session.name ? `当前登录：${session.name}` : "";
  show(
    document.querySelector("[data-start]"),
    session.programmes.length
      ? session.programmes.map((_, at) => h("button", { class: "btn btn-primary btn-start", type: "button", "data-begin": at }, label(at)))
      : h("p", { class: "notice notice-info" }, "现在没有可以在便民回收点办理的项目：还没有开始受理，或已经截止。"),
  );
}

const label = (at) => (session.programmes.length === 1 ? "登记一辆车" : `登记：${session.programmes[at].title}`);

document.querySelector("[data-start]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-begin]");
  if (button) another(session.programmes[Number(button.dataset.begin)]);
});

// The day of hand-in is today unless the clerk says otherwise.
async function another(programme) {
  const asked = programme.declared.some((field) => field.key === HANDED_IN);
  try {
    const record = await newRecord(programme, asked ? { [HANDED_IN]: today(session) } : {});
    location.hash = `#/${record.id}`;
  } catch (error) {
    complain(isFull(error) ? "设备存储空间不够，不能新建登记。请先联网把已有的登记发送出去，或清理设备。" : error.message);
  }
}

async function route() {
  notices.replaceChildren();
  const id = location.hash.replace("#/", "");
  const record = id && id !== "#" ? await recordOf(id) : null;
  const programme = record && session.programmes.find((each) => each.scheme === record.scheme && each.programme === record.programme);
  intake.close();
  if (record?.done) {
    reveal("done");
    showReceipt(record, () => another(session.programmes[0]));
  } else if (record && programme) {
    reveal("intake");
    await intake.showIntake(id, programme, complain);
  } else {
    if (record) complain("这条登记的项目现在不受理。记录仍在本机，没有丢失。");
    reveal("list");
  }
  document.getElementById("main").focus({ preventScroll: true });
  window.scrollTo(0, 0);
  await draw();
}

function reveal(name) {
  for (const [key, view] of Object.entries(views)) view.hidden = key !== name;
}

let drawing = 0;
async function draw() {
  clearTimeout(drawing);
  drawing = setTimeout(async () => {
    net();
    if (!views.list.hidden) await listing.refresh();
    if (!views.intake.hidden) await intake.refresh();
  }, 30);
}

function net() {
  const pill = document.querySelector("[data-net]");
  const [tone, word] = state.signedOut ? ["is-off", "登录已过期"] : !state.online ? ["is-off", "没有网络"] : state.busy ? ["is-off", "系统忙，稍后再发"] : ["is-on", "在线"];
  pill.className = `net ${tone}`;
  if (pill.textContent !== word) pill.textContent = word;
  if (state.signedOut && session && !notices.querySelector("[data-ended]")) {
    notices.replaceChildren(h("div", { class: "notice notice-warning", role: "alert", "data-ended": "" }, "登录已过期，登记都在本机，没有丢失；可以继续填写。重新登录后自动接着发送。", h("br"), signIn()));
  }
}

const signIn = () => h("a", { class: "btn btn-primary", href: document.body.dataset.signIn }, "去登录");

function complain(message, more) {
  notices.replaceChildren(h("div", { class: "notice notice-error", role: "alert" }, message, more && h("br"), more));
  notices.scrollIntoView({ block: "center" });
}

function sent({ detail }) {
  if (intake.openId() === detail.id) route();
}

document.querySelector("[data-home]").addEventListener("click", (event) => {
  event.preventDefault();
  location.hash = "";
});
document.querySelector("[data-back]").addEventListener("click", () => (location.hash = ""));
document.querySelector("[data-drop]").addEventListener("click", async () => {
  const id = intake.openId();
  const count = (await picturesOf(id)).length;
  if (!window.confirm(`删除这条登记，包括 ${count} 张照片和填写的内容？删除后不能恢复。`)) return;
  await update(id, (record) => Object.assign(record, { dropped: true, trouble: null }));
  location.hash = "";
});

leave.addEventListener(
  "submit",
  (event) => {
    leave.elements.csrf_token.value = csrf();
    if (state.online && !state.signedOut) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    complain("现在没有网络，不能退出登录。离开前请锁定设备屏幕；联网后再退出。");
  },
  true,
);
guardLeaving(leave, unsent);

// The page itself stays on the device. A new version waits until the clerk takes it: nothing changes under their hands.
async function keepPage() {
  if (!navigator.serviceWorker) return;
  const controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => controlled && location.reload());
  const kept = await navigator.serviceWorker.register("/counter/worker.js").catch(() => null);
  if (!kept) return;
  const offer = (worker) => {
    if (!navigator.serviceWorker.controller || !worker) return;
    const take = h("button", { class: "btn btn-outline-secondary", type: "button", onclick: () => worker.postMessage("take over") }, "现在更新");
    document.getElementById("update").replaceChildren(h("div", { class: "notice notice-info" }, "登记页面有更新。登记都已存在本机，更新不会丢失。", h("br"), take));
  };
  offer(kept.waiting);
  kept.addEventListener("updatefound", () => {
    const fresh = kept.installing;
    fresh.addEventListener("statechange", () => fresh.state === "installed" && offer(fresh));
  });
}

begin();
