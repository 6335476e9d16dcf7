// The desk from the keyboard: rows move the picture, one key settles a reading or opens a decision. `?` shows all keys.
import { viewer } from "./viewer.js";
import { hold, pending } from "./undo.js";
import { keepLease, warm } from "./lease.js";

const VIEWER_KEYS = {
  ArrowRight: "next", ArrowLeft: "previous", "]": "nextPaper", "[": "previousPaper", "+": "in", "=": "in", "-": "out", _: "out", 0: "fit",
  w: "width", t: "turn", T: "turnBack", d: "beside", g: "other",
};
const PAN_KEYS = { ArrowRight: "panRight", ArrowLeft: "panLeft", ArrowUp: "panUp", ArrowDown: "panDown" };
const desk = () => document.querySelector("[data-decide]");
const rows = (selector = "") => [...document.querySelectorAll(`[data-row]${selector}`)].filter((row) => row.checkVisibility());
const focused = () => document.activeElement.closest("[data-row]");

function goTo(row) {
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const seen = rows();
  const at = seen.indexOf(focused());
  goTo(seen[Math.min(seen.length - 1, Math.max(0, at + by))]);
}

// The next thing that wants a word, from where the focus is, round and round.
function stepOpen(by) {
  const wanted = rows("[data-todo]");
  const here = focused();
  const after = (row) => !here || Boolean(here.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
  const target = by > 0 ? wanted.find(after) ?? wanted[0] : wanted.findLast((row) => row !== here && !after(row)) ?? wanted.at(-1);
  goTo(target);
}

// --- panels -----------------------------------------------------------------------------------------------------------

function open(name) {
  for (const panel of desk().querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  const panel = desk().querySelector(`[data-panel="${name}"]`);
  const wanted = ["select[required]", "input[type=checkbox]", "textarea", "input:not([type=hidden])", "button"];
  wanted.map((selector) => panel.querySelector(selector)).find(Boolean)?.focus();
  panel.scrollIntoView({ block: "nearest" });
}

function close() {
  const editor = document.querySelector("form.editor");
  const row = editor?.closest("[tabindex]");
  editor?.previousElementSibling?.removeAttribute("hidden");
  editor?.remove();
  for (const panel of desk()?.querySelectorAll("[data-panel]") ?? []) panel.hidden = true;
  goTo(row ?? last);
}

// A claim without open questions is approved by one key; Shift+A asks for amount and reason first.
function approve(button) {
  if (!("clean" in desk().dataset)) open("approve");
  else desk().querySelector('[data-panel="approve"]').requestSubmit();
  return button;
}

// --- settling ---------------------------------------------------------------------------------------------------------

// The field that is meant: the one with the focus, else the finding's first doubtful one, else its first.
function fact(only = "[data-fact]") {
  const here = document.activeElement.closest("[data-fact], [data-row]");
  if (here?.matches(only)) return here;
  return here?.querySelector(`${only}[data-doubtful]`) ?? here?.querySelector(only);
}

function accept() {
  const row = fact("[data-fact][data-doubtful]");
  if (!row || !desk()) return;
  const values = { key: row.dataset.fact, fence: desk().querySelector("[name=fence]").value };
  window.htmx.ajax("POST", desk().dataset.accept, { source: desk(), target: "#side", swap: "outerHTML", values });
}

function correct() {
  const row = fact("[data-fact][data-value]");
  if (!row || !desk() || row.querySelector("form.editor")) return;
  close();
  const form = desk().querySelector("[data-editor]").content.firstElementChild.cloneNode(true);
  form.elements.key.value = row.dataset.fact;
  if (row.dataset.options) form.elements.value.replaceWith(choice(JSON.parse(row.dataset.options)));
  form.elements.value.value = row.dataset.value;
  const cell = row.querySelector("[data-cell]");
  const shown = Object.assign(document.createElement("span"), { hidden: true });
  shown.append(...cell.childNodes);
  cell.append(shown, form);
  window.htmx.process(form);
  form.elements.value.focus();
  form.elements.value.select?.();
}

function choice(options) {
  const select = Object.assign(document.createElement("select"), { className: "form-select form-select-sm", name: "value", ariaLabel: "更正为" });
  select.append(...[["", "看不清"], ...options].map(([value, label]) => new Option(label, value)));
  return select;
}

function waive() {
  const row = focused();
  if (!row?.dataset.waivable) return;
  const form = desk().querySelector('[data-panel="waive"]');
  form.elements.check.value = row.dataset.waivable;
  form.querySelector("[data-waive-what]").textContent = row.querySelector(".finding-text").textContent;
  open("waive");
}

function clause() {
  const row = focused();
  const text = row?.querySelector(".clause-text");
  if (!text) return;
  text.hidden = !text.hidden;
  row.querySelector('[data-do="clause"]').setAttribute("aria-expanded", String(!text.hidden));
}

function fold() {
  const groups = [...document.querySelectorAll(".group details")];
  const opened = groups.every((group) => group.open);
  for (const group of groups) group.open = !opened;
}

// --- keys -------------------------------------------------------------------------------------------------------------

const DO = { accept, correct, waive, clause };
const KEYS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), n: () => stepOpen(1), N: () => stepOpen(-1),
  y: accept, e: correct, v: waive, c: clause, o: fold,
};
let last = null; // the row that had the focus before a panel took it

document.addEventListener("focusin", (event) => {
  last = event.target.closest("[data-row]") ?? last;
});

document.addEventListener("keydown", (event) => {
  if (pending.key(event)) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape") close();
  else if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && pressed(event)) event.preventDefault();
});

function pressed(event) {
  const { key } = event;
  if (viewer && event.shiftKey && key in PAN_KEYS) return viewer.perform(PAN_KEYS[key]) ?? true;
  if (rows().length && key in KEYS) return KEYS[key]() ?? true;
  if (viewer && key in VIEWER_KEYS) return viewer.perform(VIEWER_KEYS[key]) ?? true;
  if (desk() && key === "A" && !desk().querySelector("[data-key=a]").disabled) return open("approve") ?? true;
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

document.addEventListener("click", (event) => {
  const { target } = event;
  const opener = target.closest("[data-open][data-key]");
  if (opener?.dataset.open === "approve") approve(opener);
  else if (opener) open(opener.dataset.open);
  if (target.closest("[data-close]")) close();
  const tool = target.closest("[data-do]");
  if (tool) {
    goTo(tool.closest("[tabindex='0']"));
    DO[tool.dataset.do]();
  }
  const fill = target.closest("[data-fill]");
  if (fill) document.getElementById(fill.dataset.fill).value = fill.textContent;
});

// --- the side made anew -----------------------------------------------------------------------------------------------

let before = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "side" || event.detail.xhr.status >= 400) return;
  const wanted = rows("[data-todo]");
  const at = wanted.indexOf(last);
  before = {
    id: last?.id, next: [...wanted.slice(at + 1), ...wanted.slice(0, Math.max(0, at))].map((row) => row.id), wasOpen: at >= 0,
    scroll: document.querySelector("[data-scroll]").scrollTop,
    unfolded: [...document.querySelectorAll("#side details[open]")].map((details) => details.id),
  };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!before) return;
  for (const id of before.unfolded) document.getElementById(id)?.setAttribute("open", "");
  document.querySelector("[data-scroll]").scrollTop = before.scroll;
  const row = (id) => document.getElementById(id);
  const wanted = [before.id, ...before.next].find((id) => id && row(id)?.matches("[data-todo]"));
  goTo(before.wasOpen || !row(before.id) ? row(wanted) ?? rows()[0] : row(before.id));
  before = null;
});

if (desk()) {
  hold(desk);
  keepLease(desk());
  warm(desk().dataset.warm);
  if (!desk().querySelector("[data-panel]:not([hidden])")) goTo(rows("[data-todo]")[0]);
}
