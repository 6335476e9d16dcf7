// A decision is held back for some seconds: it says what will happen, and until then it can be taken back.
// Leaving the page sends nothing; Enter sends at once; data-undo="0" on the bar holds nothing back.

class Pending {
  constructor() {
    this.form = null;
  }

  start(desk, form, submitter, seconds) {
    Object.assign(this, { desk, form, submitter, left: seconds });
    this.bar = desk.querySelector("[data-pending]");
    this.bar.querySelector("[data-pending-says]").textContent = says(form, submitter);
    this.shown = form.hidden;
    form.hidden = true;
    this.toggle(true);
    this.tell();
    this.bar.querySelector("[data-pending-send]").focus();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  toggle(on) {
    this.bar.hidden = !on;
    this.desk.querySelector(".decide-buttons").hidden = on;
  }

  tell() {
    this.bar.querySelector("[data-pending-left]").textContent = `${this.left} 秒后提交`;
  }

  tick() {
    this.left -= 1;
    if (this.left <= 0) this.send();
    else this.tell();
  }

  send() {
    clearInterval(this.timer);
    const { form, submitter } = this;
    this.form = null;
    form.dataset.sure = "";
    form.requestSubmit(submitter);
  }

  undo() {
    if (!this.form) return;
    clearInterval(this.timer);
    this.form.hidden = this.shown;
    const back = this.form.hidden ? this.desk.querySelector("[data-key=a]") : this.form.querySelector("textarea");
    this.form = null;
    this.toggle(false);
    back?.focus();
  }

  // Whether the key was meant for the decision that waits: all are, until it is sent or taken back.
  key(event) {
    if (!this.form) return false;
    event.preventDefault();
    if (event.repeat) return true;
    if (event.key === "Enter") this.send();
    else if (event.key === "Escape" || event.key === "u") this.undo();
    return true;
  }
}

export const pending = new Pending();

// What the form is about to do, in words.
function says(form, submitter) {
  if (submitter?.hasAttribute("formaction")) return submitter.textContent.trim();
  const award = form.elements.award?.value.trim();
  const items = [...form.querySelectorAll("[name=items]:checked")].map((box) => box.parentElement.textContent.trim());
  const clause = form.elements.clause?.selectedOptions[0]?.value;
  const said = award ? form.dataset.decision.replace(/，补贴.*/, `，补贴 ¥${award}`) : form.dataset.decision;
  return [said, items.length ? `补正：${items.join("、")}` : "", clause ? `依据 ${clause}` : ""].filter(Boolean).join("；");
}

export function hold(desk) {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-decision]");
    const seconds = Number(desk().dataset.undo);
    if (!form || "sure" in form.dataset || !seconds) return;
    event.preventDefault();
    pending.start(desk(), form, event.submitter, seconds);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pending-send]")) pending.send();
    if (event.target.closest("[data-pending-undo]")) pending.undo();
  });
  window.addEventListener("pagehide", () => pending.undo());
}
