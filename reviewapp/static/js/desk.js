// The desk from the keyboard: rows move the picture, one key opens a decision, Ctrl+Enter sends it, Esc closes it.
import { viewer, locateRow } from "./viewer.js";

const decide = document.querySelector("[data-decide]");
const rows = [...document.querySelectorAll("[data-row]")];

function open(name) {
  for (const panel of decide.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  const panel = decide.querySelector(`[data-panel="${name}"]`);
  const wanted = ["select[required]", "textarea", "input:not([type=hidden])", "button"];
  wanted.map((selector) => panel.querySelector(selector)).find(Boolean)?.focus();
}

function close() {
  for (const panel of decide?.querySelectorAll("[data-panel]") ?? []) panel.hidden = true;
}

function step(by) {
  const seen = rows.filter((row) => row.checkVisibility());
  const at = seen.indexOf(document.activeElement);
  const target = seen[Math.min(seen.length - 1, Math.max(0, at + by))];
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

const VIEWER_KEYS = { ArrowRight: "next", ArrowLeft: "previous", "+": "in", "=": "in", "-": "out", t: "turn", 0: "fit" };

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape") {
    close();
    event.target.blur();
    return;
  }
  if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.form?.requestSubmit();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "ArrowDown") step(1);
  else if (event.key === "k" || event.key === "ArrowUp") step(-1);
  else if (viewer && event.key in VIEWER_KEYS) viewer.perform(VIEWER_KEYS[event.key]);
  else {
    const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button || button.disabled) return;
    button.click();
  }
  event.preventDefault();
});

if (decide) {
  decide.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    if (event.target.closest("[data-close]")) close();
    const fill = event.target.closest("[data-fill]");
    if (fill) document.getElementById(fill.dataset.fill).value = fill.textContent;
  });
  keepLease(decide);
  const first = rows.find((row) => row.dataset.locate);
  if (first && decide.querySelector("[data-panel]:not([hidden])") === null) locateRow(first);
}

// While somebody works here the lease is renewed; a page left alone lets it run out.
function keepLease(element) {
  let active = true;
  for (const name of ["pointermove", "keydown", "wheel"]) {
    document.addEventListener(name, () => { active = true; }, { passive: true });
  }
  const fence = element.querySelector("[name=fence]").value;
  const token = element.querySelector("[name=csrf_token]").value;
  const until = document.querySelector("[data-lease-until]");
  const shift = until ? Date.parse(until.dataset.now) - Date.now() : 0;
  let end = until ? Date.parse(until.dataset.leaseUntil) - shift : 0;
  const length = end - Date.now();
  setInterval(async () => {
    if (!active) return;
    active = false;
    const answer = await fetch(element.dataset.extend, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ fence }),
    }).catch(() => null);
    if (answer && answer.status === 204) end = Date.now() + length;
  }, 240_000);
  if (!until) return;
  setInterval(() => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    until.textContent = left ? `还剩 ${Math.floor(left / 60)} 分 ${String(left % 60).padStart(2, "0")} 秒` : "已到期，可能已放回队列";
    until.classList.toggle("sign-unsure", left < 180);
  }, 1000);
}
