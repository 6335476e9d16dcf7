// While somebody works here the lease is renewed, and the next claim's pictures are fetched.

const RENEW_MS = 240_000;

// A page left alone lets its lease run out.
export function keepLease(desk) {
  let active = true;
  for (const name of ["pointermove", "keydown", "wheel"]) {
    document.addEventListener(name, () => { active = true; }, { passive: true });
  }
  const until = () => document.querySelector("[data-lease-until]");
  const { leaseUntil, now } = until().dataset;
  const length = Date.parse(leaseUntil) - Date.parse(now);
  let end = Date.now() + length;
  const fence = desk.querySelector("[name=fence]").value;
  const token = desk.querySelector("[name=csrf_token]").value;
  setInterval(async () => {
    if (!active) return;
    active = false;
    const answer = await fetch(desk.dataset.extend, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ fence }),
    }).catch(() => null);
    if (answer && answer.status === 204) end = Date.now() + length;
  }, RENEW_MS);
  setInterval(() => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    until().textContent = left ? `还剩 ${Math.floor(left / 60)} 分 ${String(left % 60).padStart(2, "0")} 秒` : "已到期，可能已放回队列";
    until().classList.toggle("sign-unsure", left < 180);
  }, 1000);
}

// One picture after the other, once this claim's own are there.
export function warm(address) {
  window.addEventListener("load", async () => {
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return;
    for (const source of await answer.json()) {
      await new Promise((done) => Object.assign(new Image(), { onload: done, onerror: done, src: source }));
    }
  });
}
