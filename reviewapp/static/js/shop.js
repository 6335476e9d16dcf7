// What photographs say goes into fields that are still empty; what a person entered stays.

const panel = document.getElementById("papers");
const filled = new Set();

function fill(field, value) {
  if (!field || field.value) return false;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function takeOver() {
  const consumer = document.querySelector("[data-consumer]");
  for (const one of panel.querySelectorAll("[data-read-consumer]")) {
    if (consumer) fill(consumer.elements[one.dataset.readConsumer], one.dataset.value);
  }
  each("readCode", "-code");
  each("readGrade", "-grade");
}

// The first value not used yet goes into the first row that names a product or a code, and lacks it.
function each(key, ending) {
  const rows = [...document.querySelectorAll(`[data-products] [name$="${ending}"]`)];
  panel.querySelectorAll(`[data-${key === "readCode" ? "read-code" : "read-grade"}]`).forEach((one, number) => {
    const value = one.dataset[key];
    const mark = `${key} ${number} ${value}`;
    if (filled.has(mark) || (key === "readCode" && rows.some((field) => field.value === value))) return;
    filled.add(mark);
    fill(rows.find((field) => !field.value), value);
  });
}

new MutationObserver(takeOver).observe(panel, { childList: true, subtree: true });
takeOver();
