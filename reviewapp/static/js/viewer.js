// Papers on the screen, with OpenSeadragon: zoom, drag, turn, two side by side, and the places of fields framed on their pages.
//
// Markup: [data-viewer] with [data-pane] once or twice; a button for each page: [data-page][data-paper][data-src][data-width][data-height]
// [data-rotation]. Buttons: [data-viewer-do]. Rows: [data-locate="<page>"][data-box="l,t,r,b"], or [data-spots] with a JSON list of [page, box].

/* global OpenSeadragon */

// OpenSeadragon writes a style sheet of its own, which the content policy refuses, unless there is one: this means nothing.
const nothing = document.createElementNS("urn:nothing", "style");
nothing.setAttribute("data-openseadragon-mobile-css", "true");
document.head.append(nothing);

const MOST = 4; // screen pixels for one of the picture
const READABLE = 30; // pixels that a framed line is high at least
const WIDTHS = [240, 1200]; // of the sized copies, as services/copies.py offers them
const WIDE_ENOUGH = 560; // for two panes
const STRIDE = 120;

function levels({ src, width, height }) {
  const sized = WIDTHS.filter((copy) => copy < width);
  return [...sized.map((copy) => ({ url: `${src}?width=${copy}`, width: copy, height: Math.round((height * copy) / width) })), { url: src, width, height }];
}

class Pane {
  constructor(element) {
    this.element = element;
    this.turns = new Map();
    this.osd = OpenSeadragon({
      element, drawer: "canvas", showNavigationControl: false, keyboardNavEnabled: false, animationTime: 0.2, immediateRender: true,
      minZoomImageRatio: 0.5, maxZoomPixelRatio: MOST, visibilityRatio: 0.2, minPixelRatio: 0.2, gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    });
    this.osd.canvas.tabIndex = -1;
    this.osd.addHandler("open", () => this.opened());
    this.osd.addHandler("resize", () => requestAnimationFrame(() => this.arrange()));
  }

  show(page, boxes = []) {
    const same = this.page === page;
    this.page = page;
    this.boxes = boxes;
    if (same && this.osd.isOpen()) this.opened();
    else this.osd.open({ type: "legacy-image-pyramid", levels: levels(page) });
  }

  opened() {
    const { viewport } = this.osd;
    viewport.setRotation(this.turns.get(this.page) ?? this.page.rotation, true);
    this.osd.clearOverlays();
    for (const [left, top, right, bottom] of this.boxes) {
      const pad = Math.max(6, (bottom - top) * 0.25);
      const element = Object.assign(document.createElement("div"), { className: "viewer-frame" });
      const location = viewport.imageToViewportRectangle(left - pad, top - pad, right - left + 2 * pad, bottom - top + 2 * pad);
      this.osd.addOverlay({ element, location });
    }
    this.arrange();
  }

  // The first framed place in the middle, large enough to be read; without one the whole page.
  arrange() {
    if (!this.osd.isOpen()) return;
    const { viewport } = this.osd;
    viewport.goHome(true);
    if (!this.boxes.length) return;
    const [left, top, right, bottom] = this.boxes[0];
    const readable = READABLE / (Math.min(right - left, bottom - top) || 1);
    const whole = (this.element.clientWidth * 0.7) / (Math.max(right - left, bottom - top) || 1);
    const zoom = viewport.imageToViewportZoom(Math.min(readable, whole, MOST));
    if (zoom <= viewport.getZoom()) return;
    viewport.zoomTo(zoom, null, true);
    viewport.panTo(viewport.imageToViewportCoordinates((left + right) / 2, (top + bottom) / 2), true);
  }

  turn(by) {
    this.turns.set(this.page, this.osd.viewport.getRotation() + by);
    this.osd.viewport.setRotation(this.turns.get(this.page), true);
    this.osd.viewport.goHome(true);
  }

  zoom(factor) {
    this.osd.viewport.zoomBy(factor);
    this.osd.viewport.applyConstraints();
  }

  fitWidth() {
    const { viewport } = this.osd;
    viewport.goHome(true);
    const bounds = viewport.getHomeBounds();
    const shown = viewport.getBounds();
    viewport.zoomBy(shown.width / bounds.width, null, true);
    viewport.panBy(new OpenSeadragon.Point(0, bounds.y - viewport.getBounds().y), true);
  }

  pan(x, y) {
    this.osd.viewport.panBy(this.osd.viewport.deltaPointsFromPixels(new OpenSeadragon.Point(x * STRIDE, y * STRIDE)));
    this.osd.viewport.applyConstraints();
  }
}

class Viewer {
  constructor(root) {
    this.root = root;
    this.buttons = [...root.querySelectorAll("[data-page]")];
    this.pages = new Map(this.buttons.map(({ dataset }) => [dataset.page, {
      id: dataset.page, paper: dataset.paper, name: dataset.name, src: dataset.src,
      width: Number(dataset.width), height: Number(dataset.height), rotation: Number(dataset.rotation) || 0,
    }]));
    this.panes = [...root.querySelectorAll("[data-pane]")].map((element) => new Pane(element));
    this.spots = [];
    this.beside = false; // asked for by a person; a comparison opens the second pane by itself
    this.active = this.panes[0];
    for (const pane of this.panes) pane.element.addEventListener("pointerdown", () => this.activate(pane));
    const first = this.pages.keys().next().value;
    if (first) this.show(first);
  }

  get split() {
    return this.panes.length > 1 && !this.panes[1].element.hidden;
  }

  boxesOn(page) {
    return this.spots.filter(([id, box]) => id === page && box).map(([, box]) => box);
  }

  show(id) {
    const page = this.pages.get(id);
    if (!page) return;
    this.active.show(page, this.boxesOn(id));
    this.tell();
  }

  // Frame the places of a fact or finding; places on two pages are shown side by side.
  locate(spots) {
    this.spots = spots.filter(([id]) => this.pages.has(id));
    const ids = [...new Set(this.spots.map(([id]) => id))];
    if (!ids.length) return this.tell();
    const roomy = this.root.querySelector("[data-stage]").clientWidth >= WIDE_ENOUGH;
    this.open(this.panes.length > 1 && roomy && (this.beside || ids.length > 1));
    this.active = this.panes[0];
    this.active.show(this.pages.get(ids[0]), this.boxesOn(ids[0]));
    if (this.split && ids[1]) this.panes[1].show(this.pages.get(ids[1]), this.boxesOn(ids[1]));
    this.tell();
  }

  open(split) {
    if (this.panes.length < 2 || this.split === split) return;
    this.panes[1].element.hidden = !split;
    if (!split) this.active = this.panes[0];
    if (split && !this.panes[1].page) this.panes[1].show(this.neighbour(1), []);
  }

  toggleBeside() {
    this.beside = !this.split;
    this.open(this.beside);
    this.tell();
  }

  activate(pane) {
    this.active = pane;
    this.tell();
  }

  neighbour(by) {
    const pages = [...this.pages.values()];
    const at = pages.indexOf(this.active.page);
    return pages[(at + by + pages.length) % pages.length];
  }

  stepPaper(by) {
    const pages = [...this.pages.values()];
    const papers = [...new Set(pages.map((page) => page.paper))];
    const at = papers.indexOf(this.active.page?.paper);
    const paper = papers[(at + by + papers.length) % papers.length];
    this.show(pages.find((page) => page.paper === paper).id);
  }

  tell() {
    const shown = this.panes.filter((pane) => !pane.element.hidden && pane.page).map((pane) => pane.page);
    for (const button of this.buttons) {
      const { page } = button.dataset;
      if (shown.some(({ id }) => id === page)) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      button.classList.toggle("is-lit", this.spots.some(([id]) => id === page));
    }
    for (const pane of this.panes) pane.element.classList.toggle("is-active", this.split && pane === this.active);
    const title = this.root.querySelector("[data-viewer-title]");
    if (title) title.textContent = shown.map((page) => page.name).join("　｜　");
    this.root.querySelector("[data-viewer-do=beside]")?.setAttribute("aria-pressed", String(this.split));
    const current = this.buttons.find((button) => button.dataset.page === this.active.page?.id);
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  perform(name) {
    if (!this.pages.size) return;
    const pane = this.active;
    const does = {
      in: () => pane.zoom(1.3), out: () => pane.zoom(1 / 1.3), fit: () => pane.osd.viewport.goHome(true), width: () => pane.fitWidth(),
      turn: () => pane.turn(90), turnBack: () => pane.turn(-90), beside: () => this.toggleBeside(),
      other: () => this.split && this.activate(this.panes.find((other) => other !== pane)),
      next: () => this.show(this.neighbour(1).id), previous: () => this.show(this.neighbour(-1).id),
      nextPaper: () => this.stepPaper(1), previousPaper: () => this.stepPaper(-1),
      panLeft: () => pane.pan(-1, 0), panRight: () => pane.pan(1, 0), panUp: () => pane.pan(0, -1), panDown: () => pane.pan(0, 1),
    };
    does[name]?.();
  }
}

const root = document.querySelector("[data-viewer]");
export const viewer = root ? new Viewer(root) : null;

function spotsOf(row) {
  if (row.dataset.spots) return JSON.parse(row.dataset.spots);
  return [[row.dataset.locate, row.dataset.box ? row.dataset.box.split(",").map(Number) : null]];
}

export function locateRow(row) {
  if (!viewer) return;
  viewer.locate(spotsOf(row));
  for (const other of document.querySelectorAll(".is-located")) other.classList.remove("is-located");
  row.classList.add("is-located");
}

if (viewer) {
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-locate], [data-spots]");
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
  if (!beside && field.top < picture.bottom) window.scrollBy({ top: field.top - picture.bottom - 12 });
}
