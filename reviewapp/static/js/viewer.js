// Papers on the screen: turn, zoom, drag, and the place of a field framed on its page.
//
// Markup: [data-viewer] > [data-stage] > [data-sheet="<page id>"][data-width][data-height][data-rotation] > img + .viewer-frame
// Tabs: [data-show-page="<page id>"]; buttons: [data-viewer-do="in|out|turn|fit"]; rows: [data-locate="<page id>"][data-box="l,t,r,b"].

const MOST = 6;
const LEAST = 0.05;
const MARGIN = 12;

class Viewer {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector("[data-stage]");
    this.sheets = new Map();
    for (const sheet of root.querySelectorAll("[data-sheet]")) {
      this.sheets.set(sheet.dataset.sheet, {
        element: sheet,
        frame: sheet.querySelector(".viewer-frame"),
        width: Number(sheet.dataset.width),
        height: Number(sheet.dataset.height),
        turn: Number(sheet.dataset.rotation) || 0,
        fitted: false,
      });
    }
    this.pointers = new Map();
    this.current = null;
    this.listen();
    const first = this.sheets.keys().next().value;
    if (first) this.show(first);
  }

  listen() {
    this.stage.addEventListener("pointerdown", (event) => this.down(event));
    this.stage.addEventListener("pointermove", (event) => this.moved(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      this.stage.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    this.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, ...this.within(event));
    }, { passive: false });
    this.stage.addEventListener("dblclick", (event) => this.zoom(2, ...this.within(event)));
    new ResizeObserver(() => this.resized()).observe(this.stage);
  }

  within(event) {
    const area = this.stage.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  }

  down(event) {
    if (event.button > 0) return;
    this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.within(event));
  }

  moved(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.current) return;
    const after = this.within(event);
    if (this.pointers.size === 1) {
      this.current.x += after[0] - before[0];
      this.current.y += after[1] - before[1];
      this.paint();
    } else {
      const other = [...this.pointers.entries()].find(([id]) => id !== event.pointerId)[1];
      const distance = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      this.zoom(distance(after) / distance(before), ...other);
    }
    this.pointers.set(event.pointerId, after);
  }

  show(page) {
    const sheet = this.sheets.get(page);
    if (!sheet) return;
    for (const other of this.sheets.values()) other.element.hidden = other !== sheet;
    for (const tab of this.root.querySelectorAll("[data-show-page]")) {
      if (tab.dataset.showPage === page) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    this.current = sheet;
    if (!sheet.fitted) this.fit();
    this.paint();
  }

  step(by) {
    const pages = [...this.sheets.keys()];
    const at = pages.findIndex((page) => this.sheets.get(page) === this.current);
    if (at >= 0) this.show(pages[(at + by + pages.length) % pages.length]);
  }

  upright(sheet) {
    return sheet.turn % 180 === 0 ? [sheet.width, sheet.height] : [sheet.height, sheet.width];
  }

  fit() {
    const sheet = this.current;
    const { clientWidth, clientHeight } = this.stage;
    if (!sheet || !clientWidth || !clientHeight) return;
    const [width, height] = this.upright(sheet);
    sheet.scale = Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height);
    sheet.x = clientWidth / 2;
    sheet.y = clientHeight / 2;
    sheet.fitted = true;
    this.paint();
  }

  resized() {
    for (const sheet of this.sheets.values()) sheet.fitted = false;
    if (this.located?.sheet === this.current) this.bringToMiddle(this.current, this.located.box);
    else this.fit();
  }

  turn() {
    if (!this.current) return;
    this.current.turn = (this.current.turn + 90) % 360;
    this.fit();
  }

  zoom(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const sheet = this.current;
    if (!sheet) return;
    const scale = Math.min(MOST, Math.max(LEAST, sheet.scale * factor));
    const ratio = scale / sheet.scale;
    sheet.x = x + (sheet.x - x) * ratio;
    sheet.y = y + (sheet.y - y) * ratio;
    sheet.scale = scale;
    this.paint();
  }

  // Frame a field: its page in front, the place in the middle, large enough to be read.
  locate(page, box) {
    for (const sheet of this.sheets.values()) sheet.frame.hidden = true;
    this.show(page);
    const sheet = this.current;
    if (!sheet || !box) return;
    const [left, top, right, bottom] = box;
    const pad = Math.max(6, (bottom - top) * 0.25);
    const style = sheet.frame.style;
    style.left = `${left - pad}px`;
    style.top = `${top - pad}px`;
    style.width = `${right - left + 2 * pad}px`;
    style.height = `${bottom - top + 2 * pad}px`;
    sheet.frame.hidden = false;
    this.located = { sheet, box };
    this.bringToMiddle(sheet, box);
  }

  bringToMiddle(sheet, [left, top, right, bottom]) {
    this.fit();
    const least = Math.min(right - left, bottom - top) || 1;
    const most = Math.max(right - left, bottom - top);
    const readable = 34 / least;
    const whole = (this.stage.clientWidth * 0.8) / most;
    if (readable > sheet.scale) sheet.scale = Math.min(readable, whole, MOST);
    const angle = (sheet.turn * Math.PI) / 180;
    const dx = ((left + right) / 2 - sheet.width / 2) * sheet.scale;
    const dy = ((top + bottom) / 2 - sheet.height / 2) * sheet.scale;
    sheet.x = this.stage.clientWidth / 2 - (dx * Math.cos(angle) - dy * Math.sin(angle));
    sheet.y = this.stage.clientHeight / 2 - (dx * Math.sin(angle) + dy * Math.cos(angle));
    this.paint();
  }

  paint() {
    const sheet = this.current;
    if (!sheet || !sheet.fitted) return;
    sheet.element.style.transform =
      `translate(${sheet.x}px, ${sheet.y}px) rotate(${sheet.turn}deg) scale(${sheet.scale}) ` +
      `translate(${-sheet.width / 2}px, ${-sheet.height / 2}px)`;
    sheet.frame.style.borderWidth = `${Math.max(1, 2.5 / sheet.scale)}px`;
  }

  perform(name) {
    if (name === "in") this.zoom(1.3);
    else if (name === "out") this.zoom(1 / 1.3);
    else if (name === "turn") this.turn();
    else if (name === "fit") this.fit();
    else if (name === "next") this.step(1);
    else if (name === "previous") this.step(-1);
  }
}

const root = document.querySelector("[data-viewer]");
export const viewer = root ? new Viewer(root) : null;

export function locateRow(row) {
  if (!viewer || !row.dataset.locate) return;
  const box = row.dataset.box ? row.dataset.box.split(",").map(Number) : null;
  viewer.locate(row.dataset.locate, box);
  for (const other of document.querySelectorAll("[data-locate].is-located")) other.classList.remove("is-located");
  row.classList.add("is-located");
}

if (viewer) {
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-locate]");
    if (!row) return;
    locateRow(row);
    uncover(row);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-viewer-do]");
    if (button) viewer.perform(button.dataset.viewerDo);
    const tab = event.target.closest("[data-show-page]");
    if (tab) viewer.show(tab.dataset.showPage);
  });
}

// On the phone the picture stays at the top of the screen: a field that got the focus must not hide behind it.
function uncover(row) {
  const picture = root.getBoundingClientRect();
  const field = row.getBoundingClientRect();
  const beside = field.left >= picture.right || field.right <= picture.left;
  if (!beside && field.top < picture.bottom) window.scrollBy({ top: field.top - picture.bottom - MARGIN });
}
