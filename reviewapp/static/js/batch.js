// The dealer's pile goes up file by file, archives part by part; chips of the board are dragged to their buyer.

import { dropBox } from "./drop-box.js";

const pile = document.querySelector("[data-pile]");
const list = pile.querySelector("[data-pile-progress]");
const token = pile.querySelector("[name=csrf_token]").value;
const LIMIT = 25 * 1024 * 1024;
const TRIES = 5;
const waiting = [];
let running = 0;

dropBox(pile.querySelector(".upload-box"), pile.querySelectorAll("[data-pile-input]"), take);

function take(files) {
  for (const file of files) {
    const name = file.webkitRelativePath || file.name;
    if (/(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i.test(name)) continue;
    const row = addRow(name);
    const archive = /\.zip$/i.test(name);
    if (!archive && file.size > LIMIT) fail(row, "文件超过 25 MB。请压缩照片，或把 PDF 拆成几份再传。");
    else if (file.size === 0) fail(row, "这是一个空文件。请重新拍照或选择。");
    else waiting.push({ file, name, row, send: archive ? sendArchive : sendFile });
  }
  next();
}

function next() {
  while (running < 2 && waiting.length) {
    const job = waiting.shift();
    running += 1;
    job
      .send(job)
      .then(() => job.row.remove())
      .catch((error) => fail(job.row, error.message || "网络中断，文件没有传上去。", job))
      .finally(() => {
        running -= 1;
        refresh();
        next();
      });
  }
}

async function sendFile({ file, name, row }) {
  const form = new FormData();
  form.append("file", file, name);
  await post(pile.dataset.files, form, row, (loaded) => (100 * loaded) / file.size);
}

async function sendArchive({ file, row }) {
  const form = new FormData();
  form.append("name", file.name);
  form.append("size", file.size);
  const began = JSON.parse(await post(pile.dataset.archives, form, row));
  for (let number = began.here; number * began.part < file.size; number += 1) {
    const from = number * began.part;
    const part = new FormData();
    part.append("part", file.slice(from, from + began.part), "part");
    await again(() => post(`${pile.dataset.archives}/${began.id}/parts/${number}`, part, row, (loaded) => (100 * (from + loaded)) / file.size));
  }
}

// A broken connection is tried again a few times, each time after a longer pause.
async function again(action) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!error.broken || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
    }
  }
}

function post(url, form, row, share) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const state = row.querySelector(".upload-state");
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("HX-Request", "true");
    if (share) {
      request.upload.addEventListener("progress", (event) => {
        row.querySelector("progress").value = Math.min(100, share(event.loaded));
        state.textContent = "上传中";
      });
    }
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.responseText);
      else reject(new Error(reason(request)));
    });
    request.addEventListener("error", () => {
      const error = new Error("网络中断，没有传完。请重试，会从断开的地方继续。");
      error.broken = true;
      reject(error);
    });
    request.send(form);
  });
}

// The server's own sentence, taken out of the fragment that it answered with.
function reason(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  return (page.querySelector(".notice, [data-code]")?.textContent || "上传没有成功，请重试。").trim();
}

function addRow(name) {
  const row = document.createElement("li");
  const label = document.createElement("span");
  label.className = "upload-name";
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `${name} 的上传进度`);
  const state = document.createElement("span");
  state.className = "upload-state";
  state.textContent = "等待上传";
  row.append(label, bar, state);
  list.append(row);
  return row;
}

function fail(row, message, job) {
  row.classList.add("is-refused");
  row.querySelector("progress")?.setAttribute("hidden", "");
  const state = row.querySelector(".upload-state");
  state.textContent = message;
  state.setAttribute("role", "alert");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = job ? "重试" : "知道了";
  button.addEventListener("click", () => {
    button.remove();
    if (!job) return row.remove();
    row.classList.remove("is-refused");
    row.querySelector("progress").removeAttribute("hidden");
    waiting.push(job);
    next();
  });
  row.append(button);
}

let due = 0;
function refresh() {
  clearTimeout(due);
  due = setTimeout(() => window.htmx.ajax("GET", pile.dataset.now, { target: "#board", swap: "innerHTML" }), 400);
}

window.addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});

// --- the board: a chip is dragged to a row; while it is, the board stays as it is --------------------------------------

const panel = document.querySelector("#page-panel");
let dragged = null;
let held = false;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-page]") || null;
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.page);
});
document.addEventListener("dragend", () => {
  dragged = null;
  if (held) refresh();
  held = false;
  for (const over of document.querySelectorAll("[data-drop].is-over")) over.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => {
  const target = dragged && event.target.closest?.("[data-drop]");
  for (const over of document.querySelectorAll("[data-drop].is-over")) if (over !== target) over.classList.remove("is-over");
  if (!target) return;
  event.preventDefault();
  target.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const target = dragged && event.target.closest?.("[data-drop]");
  if (!target) return;
  event.preventDefault();
  const board = document.querySelector("[data-board]");
  const url = board.dataset.place.replace("PAGE", dragged.dataset.page);
  const row = target.dataset.drop;
  dragged = null;
  window.htmx.ajax("POST", url, { target: "#board", swap: "innerHTML", values: { row, csrf_token: board.dataset.token } });
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!dragged || event.detail.target.id !== "board") return;
  event.detail.shouldSwap = false;
  held = true;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "board" && event.detail.requestConfig?.verb === "post") panel.replaceChildren();
});

// --- the panel of one page: closed by its button or Escape, and the focus goes back to the chip -------------------------

let opener = null;
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-page]");
  if (chip) opener = chip.id;
  if (event.target.closest("[data-close-panel]")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.childElementCount) close();
});
function close() {
  panel.replaceChildren();
  document.getElementById(opener)?.focus();
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel) panel.querySelector("select")?.focus();
});
