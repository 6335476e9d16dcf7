// Files go up one by one, two at a time, each with its own progress; a refused one says why and stops nothing.

import { dropBox } from "./drop-box.js";

const box = document.querySelector("[data-upload]");
const list = box.querySelector("[data-upload-progress]");
const note = box.querySelector("[data-upload-note]");
const token = box.querySelector("[name=csrf_token]").value;
const LIMIT = 25 * 1024 * 1024;
const waiting = [];
let running = 0;

dropBox(box, box.querySelectorAll("[data-upload-input]"), take);

function take(files) {
  for (const file of files) {
    const row = addRow(file.name);
    if (file.size > LIMIT) fail(row, "文件超过 25 MB。请压缩照片，或把 PDF 拆成几份再传。");
    else if (file.size === 0) fail(row, "这是一个空文件。请重新拍照或选择。");
    else waiting.push({ file, row });
  }
  next();
}

function addRow(name) {
  const row = document.createElement("li");
  const label = document.createElement("span");
  label.className = "upload-name";
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  const state = document.createElement("span");
  state.className = "upload-state";
  state.textContent = "等待上传";
  row.append(label, bar, state);
  list.append(row);
  return row;
}

function next() {
  while (running < 2 && waiting.length) send(waiting.shift());
}

function send({ file, row }) {
  running += 1;
  const request = new XMLHttpRequest();
  const state = row.querySelector(".upload-state");
  request.open("POST", box.dataset.url);
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    row.querySelector("progress").value = (event.loaded / event.total) * 100;
    state.textContent = event.loaded === event.total ? "检查文件" : "上传中";
  });
  request.addEventListener("load", () => {
    if (request.status === 200 && !request.responseURL.includes("/sign-in")) {
      refresh().finally(() => row.remove());
    } else fail(row, reason(request), () => send({ file, row }));
    done();
  });
  request.addEventListener("error", () => {
    fail(row, "网络中断，文件没有传上去。", () => send({ file, row }));
    done();
  });
  const form = new FormData();
  form.append("file", file, file.name);
  request.send(form);
}

function done() {
  running -= 1;
  next();
}

// The server's own sentence, taken out of the fragment that it answered with.
function reason(request) {
  if (request.responseURL.includes("/sign-in")) return "登录已过期。请刷新页面重新登录后再传；已上传的材料都在。";
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const notice = page.querySelector(".notice, [data-code]");
  const name = notice?.querySelector("strong");
  if (name) name.remove();
  return (notice?.textContent || "上传没有成功，请重试。").replace(/^[\s：]+/, "").trim();
}

function fail(row, message, again) {
  row.classList.add("is-refused");
  row.querySelector("progress")?.remove();
  const state = row.querySelector(".upload-state");
  state.textContent = message;
  state.setAttribute("role", "alert");
  row.querySelector("button")?.remove();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = again ? "重试" : "知道了";
  button.addEventListener("click", () => {
    if (!again) return row.remove();
    row.classList.remove("is-refused");
    button.remove();
    again();
  });
  row.append(button);
}

// What the server has of it now; a file's row stays until the list below shows the file.
async function refresh() {
  const answer = await fetch(`${location.pathname.replace(/\/files$/, "/papers")}/now`, { headers: { "HX-Request": "true" } });
  if (answer.ok) window.htmx.swap("#papers", await answer.text(), { swapStyle: "innerHTML" });
}

// Going on would break off what is still on its way.
document.querySelector("#papers").addEventListener("click", (event) => {
  const left = list.querySelectorAll("li:not(.is-refused)").length;
  if (!left || !event.target.closest("[data-next]")) return;
  event.preventDefault();
  note.textContent = `还有 ${left} 个文件正在上传，传完再点“下一步”。`;
  note.scrollIntoView({ block: "center" });
});
new MutationObserver(() => {
  if (!list.querySelector("li:not(.is-refused)")) note.textContent = "";
}).observe(list, { childList: true });
