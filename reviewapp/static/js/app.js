// What every page needs: focus on errors, and a button that cannot be pressed twice while its form is on its way.

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented) return;
  setTimeout(() => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  }, 0);
});

// Back from the browser's page cache: buttons work again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

// An answer with an error replaces nothing: it is shown in the notices, and what was entered stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status < 400) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.target = document.getElementById("notices");
  event.detail.swapOverride = "innerHTML";
  window.scrollTo({ top: 0, behavior: "smooth" });
});

document.addEventListener("htmx:sendError", () => {
  document.getElementById("notices").innerHTML =
    '<div class="notice notice-error" role="alert">网络连接中断，刚才的操作没有送达。请检查网络后重试，已填内容都还在。</div>';
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-back]")) {
  button.hidden = window.history.length < 2;
  button.addEventListener("click", () => window.history.back());
}

const firstError = document.querySelector("[data-first-error]");
if (firstError) firstError.focus();
