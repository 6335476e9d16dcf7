// One field of the counter: its control, its doubt, its mistake.

import { h, show } from "./html.js";

const MODES = { phone: "tel", id_number: "text", date: "text", text: "text" };

// As the server will write it, so that what the owner signs is what the server knows.
export function tidy(type, text) {
  const plain = text.normalize("NFKC").trim();
  return type === "id_number" || type === "phone" || type === "id" ? plain.replace(/\s/g, "").toUpperCase() : plain.replace(/\s+/g, " ");
}

export function valueOf(record, key) {
  return record.fields[key] ?? record.told?.fields.find((field) => field.key === key)?.value ?? "";
}

// `save(key, value)` keeps what was entered; `refresh(record, told)` brings the box up to the record and the server's word.
export function fieldBox(field, save) {
  const id = `field-${field.key.replaceAll(".", "-")}`;
  const foot = h("div", { "aria-live": "polite", id: `${id}-foot` });
  const control = field.options.length ? picks(field, id, save) : line(field, id, save);
  const box = h(
    field.options.length ? "fieldset" : "div",
    { class: "ask" },
    field.options.length ? h("legend", {}, field.label) : h("label", { for: id }, field.label),
    field.hint ? h("p", { class: "hint" }, field.hint) : null,
    control.element,
    foot,
  );

  function refresh(record, told) {
    const entered = record.fields[field.key];
    control.set(entered ?? told?.value ?? "");
    const doubtful = Boolean(told?.doubtful && told.value && entered === undefined);
    const wrong = record.wrong[field.key];
    box.classList.toggle("is-doubtful", doubtful);
    box.classList.toggle("has-error", Boolean(wrong));
    control.invalid(Boolean(wrong), foot.id);
    show(foot, wrong ? h("p", { class: "field-error" }, wrong) : doubtful ? doubt(field, told, save) : null);
  }

  // Buttons in the foot come and go with the record: one listener for all of them.
  foot.addEventListener("click", (event) => {
    const value = event.target.closest("[data-right]")?.dataset.right;
    if (value !== undefined) save(field.key, value);
  });
  return { box, key: field.key, refresh };
}

function doubt(field, told) {
  const others = told.alternatives.length ? `，也可能是 ${told.alternatives.join("、")}` : "";
  const right = h("button", { type: "button", class: "btn btn-outline-secondary", "data-right": told.value }, "对照无误");
  return h("div", { class: "doubt" }, h("span", {}, `? 读得不太准${others}，请对照证件`), right);
}

function line(field, id, save) {
  const element = h("input", {
    class: "form-control tabular",
    id,
    type: field.type === "date" ? "date" : "text",
    inputmode: MODES[field.type] ?? "text",
    autocomplete: "off",
    maxlength: "200",
  });
  // Every letter is kept on the device; it is sent when the field is left.
  const keep = (typing) => save(field.key, tidy(field.type, element.value), typing);
  element.addEventListener("change", () => keep(false));
  element.addEventListener("input", () => field.type === "date" || keep(true));
  return {
    element,
    set(value) {
      if (document.activeElement !== element && element.value !== value) element.value = value;
    },
    invalid(wrong, foot) {
      element.setAttribute("aria-invalid", String(wrong));
      element.setAttribute("aria-describedby", foot);
    },
  };
}

function picks(field, id, save) {
  const inputs = field.options.map(({ value }) =>
    h("input", { type: "radio", name: id, value, onchange: () => save(field.key, value) }),
  );
  const labels = field.options.map(({ label }, at) => h("label", { class: "pick" }, inputs[at], h("span", {}, label)));
  return {
    element: h("div", { class: "picks" }, labels),
    set(value) {
      for (const input of inputs) input.checked = input.value.toLowerCase() === String(value).toLowerCase();
    },
    invalid() {},
  };
}
