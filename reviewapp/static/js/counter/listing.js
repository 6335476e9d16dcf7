// The records of this account on this device, newest first, each with how far it is.

import { h, show } from "./html.js";
import { allRecords, drop, picturesOf } from "./record.js";
import { progress, state } from "./sender.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const place = document.querySelector("[data-intakes]");

export async function refresh() {
  const rows = [];
  for (const record of await allRecords()) {
    if (record.dropped) continue;
    if (record.done && Date.now() - Date.parse(record.created) > DAY_MS) await drop(record.id);
    else rows.push(row(record, record.done ? [] : await picturesOf(record.id)));
  }
  const none = h("li", {}, h("div", {}, "今天还没有登记。", h("p", { class: "hint" }, "点上面的按钮，从拍身份证开始。")));
  show(place, rows.length ? rows : none);
}

function row(record, pictures) {
  const time = new Date(record.created).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  const [tone, word] = stage(record, pictures);
  const name = record.done ? `排队号 ${record.done.ticket}` : owner(record) || "车主未填";
  const more = record.done ? record.done.number : record.trouble?.message;
  return h(
    "li",
    {},
    h(
      "div",
      {},
      h("strong", {}, name),
      ` ${time} `,
      h("span", { class: `badge-state ${tone}` }, word),
      more ? h("p", { class: "hint" }, more) : null,
    ),
    h("a", { class: "btn btn-outline-secondary", href: `#/${record.id}`, "aria-label": `${record.done ? "查看回执" : "继续"}：${name}` }, record.done ? "回执" : "继续"),
  );
}

const owner = (record) =>
  record.fields["applicant.name"] ?? record.told?.fields.find((field) => field.key === "applicant.name")?.value;

// The words of the list: 已提交, 需处理, 发送中 2/5, 未发送; and 填写中 while the clerk is at it.
export function stage(record, pictures) {
  if (record.done) return ["tone-done", "已提交"];
  if (record.trouble) return ["tone-act", "需处理"];
  if (!record.ready) return ["tone-off", "填写中"];
  if (!state.online || state.signedOut || state.busy) return ["tone-act", "未发送"];
  return ["tone-wait", `发送中 ${progress(record, pictures).join("/")}`];
}
