// The editor of scheme texts: line numbers that follow the text, from a mistake to its line, Ctrl S, and nothing lost
// when the session ends or the window is closed. Without scripts all of it still works, less comfortably.

for (const code of document.querySelectorAll("[data-code]")) {
  const text = code.querySelector("textarea");
  const gutter = code.querySelector(".gutter");
  const prefix = text.id;

  const number = () => {
    const lines = text.value.split("\n").length;
    for (let line = gutter.children.length + 1; line <= lines; line += 1) {
      const mark = document.createElement("a");
      mark.id = `${prefix}-${line}`;
      mark.textContent = String(line);
      gutter.append(mark, "\n");
    }
    while (gutter.children.length > lines) {
      gutter.lastElementChild.nextSibling?.remove();
      gutter.lastElementChild.remove();
    }
    text.rows = lines + 2;
  };

  text.addEventListener("input", number);
  for (const link of document.querySelectorAll(`a[data-line][href^="#${prefix}-"]`)) {
    const mark = document.getElementById(link.getAttribute("href").slice(1));
    mark?.classList.add("is-wrong");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      mark?.scrollIntoView({ block: "center" });
      const lines = text.value.split("\n");
      const start = lines.slice(0, link.dataset.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
      text.focus({ preventScroll: true });
      text.setSelectionRange(start, start + (lines[link.dataset.line - 1] ?? "").length);
    });
  }
  if (code.dataset.draft && !text.readOnly) keep(code, text, number);
  number();
}

// What is not saved yet stays in this window until it is.
function keep(code, text, number) {
  const name = `draft-${code.dataset.draft}`;
  const saved = text.defaultValue;
  const told = document.querySelector("[data-unsaved]");
  const tell = () => {
    if (told) told.hidden = text.value === saved;
  };
  const kept = JSON.parse(sessionStorage.getItem(name) ?? "null");
  if (kept?.revision === code.dataset.revision && kept.text !== saved) {
    text.value = kept.text;
    number();
  } else {
    sessionStorage.removeItem(name);
  }
  text.addEventListener("input", () => {
    sessionStorage.setItem(name, JSON.stringify({ revision: code.dataset.revision, text: text.value }));
    tell();
  });
  let sending = false;
  text.form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && text.value !== saved) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      text.form.requestSubmit();
    }
  });
  tell();
}
