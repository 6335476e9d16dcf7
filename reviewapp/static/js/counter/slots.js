// A slot for each paper: the camera first, what was photographed, and what the server made of it.

import { isFull } from "./device.js";
import { h, show } from "./html.js";
import { shrunk } from "./picture.js";
import { addPicture, dropPicture } from "./record.js";

const addresses = new Map();

// Addresses of the pictures of the record that is open; freed with it.
export function forgetPictures() {
  for (const address of addresses.values()) URL.revokeObjectURL(address);
  addresses.clear();
}

function addressOf(picture) {
  if (!addresses.has(picture.id)) addresses.set(picture.id, URL.createObjectURL(picture.blob));
  return addresses.get(picture.id);
}

// `kind` "" lets the papers decide. `complain(message)` tells what could not be kept, `touched()` that something was.
export function slot({ id, kind, title, hint, complain, touched }) {
  const input = (camera) =>
    h("input", {
      class: "visually-hidden",
      type: "file",
      accept: "image/*",
      capture: camera && "environment",
      multiple: !camera,
      "aria-label": camera ? `拍照：${title}` : `从相册选：${title}`,
      onchange: (event) => take([...event.target.files]).finally(() => (event.target.value = "")),
    });
  const shots = h("ul", { class: "shots" });
  const busy = h("span", { role: "status" });
  const camera = h("span", {}, "拍照");
  const box = h(
    "div",
    { class: "slot", "data-kind": kind },
    h(
      "div",
      { class: "slot-head" },
      h("div", { class: "slot-title" }, title, hint ? h("span", { class: "hint" }, hint) : null),
      h(
        "div",
        { class: "slot-buttons" },
        h("label", { class: "btn btn-primary" }, camera, input(true)),
        h("label", { class: "btn btn-outline-secondary" }, "相册", input(false)),
      ),
    ),
    busy,
    shots,
  );

  async function take(files) {
    busy.textContent = files.length ? "正在处理照片…" : "";
    try {
      for (const file of files) await addPicture(id, kind, title, await shrunk(file));
      await touched();
    } catch (error) {
      complain(isFull(error) ? FULL : error.message);
    } finally {
      busy.textContent = "";
    }
  }

  let shown = new Map();
  shots.addEventListener("click", (event) => {
    const picture = shown.get(event.target.closest("[data-again]")?.dataset.again);
    if (picture) dropPicture(picture).then(touched);
  });

  function refresh(pictures, told) {
    const own = pictures.filter((picture) => picture.kind === kind);
    shown = new Map(own.map((picture) => [picture.id, picture]));
    box.classList.toggle("is-there", own.length > 0);
    camera.textContent = own.length ? "再拍一张" : "拍照";
    show(shots, own.map((picture) => shot(picture, title, told)));
  }
  return { box, kind, refresh };
}

const FULL =
  "设备存储空间不够，这张照片没有保存，请不要让车主离开。先连上网络把已有的登记发送出去（发送后自动删除），或删除设备上不用的照片、程序，再重新拍。";

function shot(picture, title, told) {
  return h(
    "li",
    {},
    h("img", { src: addressOf(picture), alt: `${title}的照片` }),
    h("span", { class: "hint" }, said(picture, told)),
    h("button", { type: "button", class: "link-button danger", "data-again": picture.id }, "删除"),
  );
}

function said(picture, told) {
  if (picture.refused) return `✕ ${picture.refused}`;
  if (!picture.upload) return "已存本机，等待发送";
  const file = told?.files.find((each) => each.id === picture.upload);
  if (file?.refusal) return `✕ ${file.refusal}`;
  const papers = told?.papers.filter((paper) => paper.files.includes(picture.name)) ?? [];
  if (!papers.length) return picture.kind === "word" ? "✓ 已发送" : "正在识别…";
  if (papers.some((paper) => !paper.legible)) return "? 字太小或太模糊，建议靠近重拍";
  const titles = papers.map((paper) => (paper.kind === "other" ? "没认出是什么" : paper.title)).join("、");
  const other = picture.kind && picture.kind !== "word" && !papers.some((paper) => paper.kind === picture.kind);
  return other ? `? 系统看着像：${titles}` : `✓ 已识别：${picture.kind === "word" ? "纸质声明" : titles}`;
}
