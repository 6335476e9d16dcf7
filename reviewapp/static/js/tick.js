// How many vouchers are ticked, and what they come to.

for (const form of document.querySelectorAll("[data-tick]")) {
  const all = form.querySelector("[data-tick-all]");
  const boxes = [...form.querySelectorAll("[data-fen]")];
  const button = form.querySelector("button[type=submit]");

  function show() {
    const ticked = boxes.filter((box) => box.checked);
    const fen = ticked.reduce((sum, box) => sum + Number(box.dataset.fen), 0);
    form.querySelector("[data-tick-count]").textContent = ticked.length;
    form.querySelector("[data-tick-sum]").textContent = `¥${(fen / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`;
    all.checked = ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && !all.checked;
    button.disabled = !ticked.length;
  }

  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", (event) => event.target !== all && show());
  window.addEventListener("pageshow", show);
}
