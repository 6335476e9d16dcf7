// What this device remembers of who is signed in, and what it tells the person about itself.

const KEY = "counter-session";
const DAY_MS = 24 * 60 * 60 * 1000;

// The last answer of /counter/session, without the token: with it the counter opens without network.
export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function remember({ token: _token, ...session }) {
  localStorage.setItem(KEY, JSON.stringify({ ...session, at: Date.now() }));
}

// The office's day, counted on by this device's clock while nobody tells it.
export function today(session) {
  const midnight = (instant) => new Date(instant).setHours(0, 0, 0, 0);
  const passed = Math.round((midnight(Date.now()) - midnight(session.at ?? Date.now())) / DAY_MS);
  return new Date(Date.parse(session.today) + passed * DAY_MS).toISOString().slice(0, 10);
}

export function forget() {
  localStorage.removeItem(KEY);
}

// The browser must not throw our records away when it is short of space.
export async function askToKeep() {
  await navigator.storage?.persist?.();
}

export async function nearlyFull() {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return quota ? quota - usage < 50 * 1024 * 1024 : false;
}

export function isFull(error) {
  return error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";
}

// Whoever signs out is told what has not been sent: it stays on this device and waits for this account.
export function guardLeaving(form, unsent) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.sure) return forget();
    event.preventDefault();
    const count = await unsent();
    const said =
      `本机还有 ${count} 条登记没有发送。退出后它们仍存在这台设备上，别的账号看不到，` +
      "要等您再次登录才能发送。确定现在退出吗？";
    if (count && !window.confirm(said)) return;
    form.dataset.sure = "yes";
    form.requestSubmit(event.submitter);
  });
}
