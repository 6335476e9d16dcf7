// What is left of a record once it was put in: number and ticket, what comes next, and the next motorcycle.

import { h } from "./html.js";

const view = document.getElementById("done");

export function showReceipt({ done, title }, next) {
  const money = done.waiting === null || done.waiting === undefined;
  view.replaceChildren(
    h(
      "div",
      { class: "panel" },
      h("h1", {}, "✓ 已提交"),
      h("p", { class: "hint" }, title),
      h("p", { class: "hint" }, "排队号"),
      h("p", { class: "ticket-big tabular" }, String(done.ticket)),
      h(
        "dl",
        { class: "pairs" },
        h("dt", {}, "申请编号"),
        h("dd", { class: "tabular" }, done.number),
        h("dt", {}, "提交时间"),
        h("dd", { class: "tabular" }, new Date(done.submitted_at).toLocaleString("zh-CN", { hour12: false })),
        done.amount ? [h("dt", {}, "核算金额"), h("dd", { class: "tabular" }, `${done.amount}（以审核为准）`)] : [],
        done.ahead ? [h("dt", {}, "前面还有"), h("dd", {}, `${done.ahead} 份未办结`)] : [],
      ),
      h("h2", {}, "接下来"),
      h("p", {}, money ? "额度已预留。审核人员按提交先后审核，通过后发放购置消费券：车主用登记的手机号登录可以看到，也可以由回收点打印交给车主。" : `资金池目前已被前面的申请占满，已排在候补队列，前面还有 ${done.waiting} 份在等。有资金时按排队号自动递补。`),
      h("p", {}, "请收好车辆和手续原件，把排队号告诉车主。本机上的照片、签名和个人信息已删除。"),
    ),
    h(
      "p",
      { class: "actions" },
      h("button", { class: "btn btn-primary btn-start", type: "button", onclick: next }, "登记下一辆"),
      h("a", { class: "btn btn-outline-secondary", href: `/claims/${done.claim}/receipt` }, "打印受理回执"),
      h("a", { class: "btn btn-outline-secondary", href: "#" }, "返回列表"),
    ),
  );
}
