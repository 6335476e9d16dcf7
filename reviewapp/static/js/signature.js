// Signing on the screen (components/signature.html): what is drawn goes as a PNG into the form's hidden field.
// The canvas takes every touch for itself, so that the page never scrolls under a signature.

import SignaturePad from "../vendor/signature_pad.min.js";

// Wide enough to be looked at on paper, small enough for a weak network.
const MOST_DOTS = 2;

export function signatureField(box) {
  const canvas = box.querySelector("[data-signature-pad]");
  const value = box.querySelector("[data-signature-value]");
  const state = box.querySelector("[data-signature-state]");
  const clear = box.querySelector("[data-signature-clear]");
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3.2, penColor: "#111", backgroundColor: "#fff" });

  // A canvas that is resized (a device turned round) forgets what is on it: the strokes are drawn again, to the new width.
  function fit() {
    const dots = Math.min(window.devicePixelRatio || 1, MOST_DOTS);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || (canvas.width === Math.round(width * dots) && canvas.height === Math.round(height * dots))) return;
    const before = canvas.width ? canvas.width / (canvas.dataset.dots || dots) : width;
    const strokes = pad.toData();
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    canvas.dataset.dots = dots;
    canvas.getContext("2d").scale(dots, dots);
    pad.clear();
    if (strokes.length) pad.fromData(strokes.map((stroke) => scaled(stroke, Math.min(1, width / before))));
    keep();
  }

  function scaled(stroke, factor) {
    return { ...stroke, points: stroke.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })) };
  }

  function keep() {
    const empty = pad.isEmpty();
    value.value = empty ? "" : pad.toDataURL("image/png");
    state.textContent = empty ? "还没有签名" : "✓ 已签名，可清除重写";
    clear.disabled = empty;
  }

  // What the person did, not the screen.
  function tell() {
    keep();
    box.dispatchEvent(new CustomEvent("signature", { bubbles: true, detail: { value: value.value } }));
  }

  pad.addEventListener("endStroke", tell);
  clear.addEventListener("click", () => {
    pad.clear();
    tell();
    canvas.focus?.();
  });
  new ResizeObserver(fit).observe(canvas);
  fit();
  return {
    get value() {
      return value.value;
    },
    clear() {
      pad.clear();
      tell();
    },
  };
}

for (const box of document.querySelectorAll("[data-signature]:not([data-signature-later])")) signatureField(box);
